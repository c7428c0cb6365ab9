import { expect, test } from 'vitest';
import { mergeGpus } from './gpus.ts';
import type { SmiState } from './nvidia/facts.ts';
import { parseLspci } from './pci.ts';
import type { Gpu } from './report.ts';

const bus = parseLspci(
  [
    '00:02.0 "VGA compatible controller" "Intel Corporation" "UHD Graphics 770" -r0c "ASUSTeK" "Device 8882"',
    '01:00.0 "3D controller" "NVIDIA Corporation" "AD102 [GeForce RTX 4090]" -ra1 "" ""',
    '02:00.0 "Display controller" "Advanced Micro Devices, Inc. [AMD/ATI]" "Navi 31" "" ""',
    '03:00.0 "Ethernet controller" "Intel Corporation" "I225-V" "" ""',
  ].join('\n'),
);
const [intel] = bus;
const card: Gpu = { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', memoryBytes: 1 };

const probe = (state: SmiState, problem: string | null = null, cards: readonly Gpu[] = []) => ({
  facts: { smi: { state, problem, path: null } },
  cards,
});

test('lspci: graphics only, with the vendor', () => {
  expect(bus).toEqual([
    { vendor: 'intel', name: 'Intel Corporation UHD Graphics 770', memoryBytes: null },
    { vendor: 'nvidia', name: 'NVIDIA Corporation AD102 [GeForce RTX 4090]', memoryBytes: null },
    { vendor: 'amd', name: 'Advanced Micro Devices, Inc. [AMD/ATI] Navi 31', memoryBytes: null },
  ]);
});

test('the driver names NVIDIA cards once, the bus the others', () => {
  const gpus = mergeGpus(probe('answers', null, [card]), bus, null);
  expect(gpus.map(({ vendor }) => vendor)).toEqual(['nvidia', 'intel', 'amd']);
});

test('a card without a working driver is listed with the problem', () => {
  const failed = mergeGpus(probe('no-module', 'it has failed'), bus, null);
  expect(failed[1]?.problem).toBe('its driver does not answer (nvidia-smi: it has failed)');
  expect(mergeGpus(probe('absent'), bus, null)[1]?.problem).toBe('no nvidia-smi is installed');
  expect(failed[0]?.problem).toBeUndefined();
});

test('a driver that fails without a card on the bus is no machine without a card', () => {
  expect(() => mergeGpus(probe('mismatch', 'mismatch'), intel ? [intel] : [], null)).toThrow('mismatch');
  expect(mergeGpus(probe('absent'), intel ? [intel] : [], null)).toEqual([intel]);
});

test('a Jetson has neither nvidia-smi nor a card on the bus', () => {
  expect(mergeGpus(probe('absent'), [], 'NVIDIA Jetson AGX Orin')).toEqual([
    { vendor: 'nvidia', name: 'NVIDIA Jetson AGX Orin', memoryBytes: null },
  ]);
});
