import { join } from 'node:path';
import type { System } from '../system/system.ts';
import type { Observer } from './observer.ts';
import type { Gpu } from './report.ts';

/** PCI vendor ids, as in the PCI ID database. */
const vendorIds: Readonly<Record<string, Gpu['vendor']>> = {
  '0x10de': 'nvidia',
  '0x1002': 'amd',
  '0x8086': 'intel',
};

const vendorNames: readonly (readonly [RegExp, Gpu['vendor']])[] = [
  [/nvidia/i, 'nvidia'],
  [/advanced micro devices|\bAMD\b|\bATI\b/, 'amd'],
  [/intel/i, 'intel'],
];

/** Lines of `lspci -mm`: `01:00.0 "VGA compatible controller" "NVIDIA Corporation" "AD102 [GeForce RTX 4090]" …`. */
export const parseLspci = (stdout: string): readonly Gpu[] =>
  stdout.split('\n').flatMap((line) => {
    const [kind = '', vendor = '', device = ''] = [...line.matchAll(/"([^"]*)"/g)].map((field) => field[1]);
    if (!/^(VGA compatible|3D|Display) controller/.test(kind)) return [];
    const found = vendorNames.find(([pattern]) => pattern.test(vendor))?.[1] ?? 'other';
    return [{ vendor: found, name: `${vendor} ${device}`.trim(), memoryBytes: null }];
  });

const devices = '/sys/bus/pci/devices';

/** Without lspci the kernel still tells class (0x03…: display controller) and vendor, but no name. */
const fromKernel = async (system: System): Promise<readonly Gpu[]> => {
  const read = async (device: string, file: string): Promise<string> =>
    (await system.files.readText(join(devices, device, file)))?.trim() ?? '';
  const found = await Promise.all(
    (await system.files.list(devices)).map(async (device): Promise<readonly Gpu[]> => {
      if (!(await read(device, 'class')).startsWith('0x03')) return [];
      const vendor = vendorIds[await read(device, 'vendor')] ?? 'other';
      return [{ vendor, name: `${vendor} graphics at ${device}`, memoryBytes: null }];
    }),
  );
  return found.flat();
};

/** The graphics cards on the PCI bus, whether they have a driver or not. */
export const pciGpus = async (observer: Observer): Promise<readonly Gpu[]> => {
  const answer = await observer.run('lspci', ['lspci', '-mm']);
  return answer.ok ? parseLspci(answer.stdout) : fromKernel(observer.system);
};
