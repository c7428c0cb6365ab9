import type { System } from '../system/system.ts';
import { askNvidia, type NvidiaAnswer } from './nvidia.ts';
import { pciGpus } from './pci.ts';
import type { Gpu } from './report.ts';

/** The driver's word on NVIDIA cards, the bus' on all others. A card whose driver fails is listed with the problem. */
export const mergeGpus = (nvidia: NvidiaAnswer, bus: readonly Gpu[]): readonly Gpu[] => {
  if ('gpus' in nvidia) return [...nvidia.gpus, ...bus.filter((gpu) => gpu.vendor !== 'nvidia')];
  const problem =
    'problem' in nvidia
      ? `its driver does not answer (nvidia-smi: ${nvidia.problem})`
      : 'no nvidia-smi is installed';
  return bus.map((gpu) => (gpu.vendor === 'nvidia' ? { ...gpu, problem } : gpu));
};

/** The graphics cards of this machine. Apple's share the memory of the machine. */
export const findGpus = async (system: System, signal: AbortSignal): Promise<readonly Gpu[]> => {
  if (system.platform === 'darwin') {
    return system.arch === 'arm64' ? [{ vendor: 'apple', name: 'Apple GPU', memoryBytes: null }] : [];
  }
  const [nvidia, bus] = await Promise.all([askNvidia(system, signal), pciGpus(system, signal)]);
  if ('problem' in nvidia && !bus.some((gpu) => gpu.vendor === 'nvidia')) {
    throw new Error(`nvidia-smi: ${nvidia.problem}`);
  }
  return mergeGpus(nvidia, bus);
};
