import type { Gpu, MachineReport } from '../../../machine/report.ts';

/** What the compiled parts are built for. */
type Backend = 'cpu' | 'cuda' | 'vulkan' | 'metal';

/** Which compiled parts of node-llama-cpp a machine needs; `packages` are names in the npm registry. */
export interface Binaries {
  readonly backend: Backend;
  readonly packages: readonly string[];
}

const named = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `@node-llama-cpp/${name}`);

/** The graphics cards that are known; none when they were not looked at. */
const knownGpus = (gpus: MachineReport['gpus']): readonly Gpu[] => ('value' in gpus ? gpus.value : []);

/**
 * The compiled parts for a machine; undefined where the library has none. Beside a part for a graphics card the one
 * for the processor is taken too: the library falls back on it when the card cannot be used.
 */
export const binariesFor = (
  machine: Pick<MachineReport, 'platform' | 'arch' | 'gpus'>,
  gpu: 'auto' | 'off',
): Binaries | undefined => {
  switch (`${machine.platform}-${machine.arch}`) {
    case 'linux-x64':
      return linuxX64(gpu === 'off' ? [] : knownGpus(machine.gpus));
    case 'linux-arm64':
      return { backend: 'cpu', packages: named('linux-arm64') };
    case 'darwin-arm64':
      return { backend: 'metal', packages: named('mac-arm64-metal') };
    case 'darwin-x64':
      return { backend: 'cpu', packages: named('mac-x64') };
    default:
      return undefined;
  }
};

const linuxX64 = (gpus: readonly Gpu[]): Binaries => {
  const has = (vendor: Gpu['vendor']): boolean => gpus.some((gpu) => gpu.vendor === vendor);
  if (has('nvidia')) {
    return { backend: 'cuda', packages: named('linux-x64', 'linux-x64-cuda', 'linux-x64-cuda-ext') };
  }
  if (has('amd') || has('intel'))
    return { backend: 'vulkan', packages: named('linux-x64', 'linux-x64-vulkan') };
  return { backend: 'cpu', packages: named('linux-x64') };
};
