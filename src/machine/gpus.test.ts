import { expect, test } from 'vitest';
import { mergeGpus } from './gpus.ts';
import { parseNvidiaSmi } from './nvidia.ts';
import { parseLspci } from './pci.ts';

const bus = parseLspci(
  [
    '00:02.0 "VGA compatible controller" "Intel Corporation" "UHD Graphics 770" -r0c "ASUSTeK" "Device 8882"',
    '01:00.0 "3D controller" "NVIDIA Corporation" "AD102 [GeForce RTX 4090]" -ra1 "" ""',
    '02:00.0 "Display controller" "Advanced Micro Devices, Inc. [AMD/ATI]" "Navi 31" "" ""',
    '03:00.0 "Ethernet controller" "Intel Corporation" "I225-V" "" ""',
  ].join('\n'),
);

test('lspci: graphics only, with the vendor', () => {
  expect(bus).toEqual([
    { vendor: 'intel', name: 'Intel Corporation UHD Graphics 770', memoryBytes: null },
    { vendor: 'nvidia', name: 'NVIDIA Corporation AD102 [GeForce RTX 4090]', memoryBytes: null },
    { vendor: 'amd', name: 'Advanced Micro Devices, Inc. [AMD/ATI] Navi 31', memoryBytes: null },
  ]);
});

test('nvidia-smi: memory in MiB, [N/A] is not known, noise is left out', () => {
  expect(parseNvidiaSmi('NVIDIA GeForce RTX 4090, 24564\nNVIDIA GB10, [N/A]\n\nsome warning\n')).toEqual([
    { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24_564 * 1024 * 1024 },
    { vendor: 'nvidia', name: 'NVIDIA GB10', memoryBytes: null },
  ]);
});

test('the driver names NVIDIA cards once, the bus the others', () => {
  const gpus = [{ vendor: 'nvidia' as const, name: 'NVIDIA GeForce RTX 4090', memoryBytes: 1 }];
  expect(mergeGpus({ gpus }, bus).map((gpu) => gpu.vendor)).toEqual(['nvidia', 'intel', 'amd']);
});

test('a card without a working driver is listed with the problem', () => {
  const failed = mergeGpus({ problem: 'No devices were found' }, bus);
  expect(failed[1]?.problem).toBe('its driver does not answer (nvidia-smi: No devices were found)');
  expect(mergeGpus({ absent: true }, bus)[1]?.problem).toBe('no nvidia-smi is installed');
  expect(failed[0]?.problem).toBeUndefined();
});
