import type { System } from '../../system/system.ts';
import { createObserver } from '../observer.ts';
import { outcomeOf } from './outcome.ts';
import type { ProbeImage } from './probe-image.ts';
import { type GpuPathFacts, type GpuPathTry, type GpuStyle, gpuStyles, styleFlags } from './styles.ts';

/** torch alone takes ten seconds to begin on a slow disk, ms. */
const limitMs = 60_000;

/** It allocates on the card, so that a driver that is only half there shows. */
const cudaProgram = [
  'import torch',
  'torch.zeros(1, device="cuda")',
  'print("cuda ok", torch.cuda.device_count(), torch.cuda.get_device_name(0))',
].join('; ');

const inContainer: Readonly<Record<GpuPathFacts['proof'], (image: string) => readonly string[]>> = {
  cuda: (image) => ['--entrypoint', 'python3', image, '-c', cudaProgram],
  'nvidia-smi': (image) => ['--entrypoint', 'nvidia-smi', image, '-L'],
};

const shown = (argv: readonly string[]): string =>
  argv.map((word) => (/[\s"();]/.test(word) ? `'${word}'` : word)).join(' ');

/**
 * Proves that a container can use the graphics card: runs one for each way of asking, with an image that is here, and
 * says which of them work. Nothing is pulled, nothing is left behind.
 */
export const proveGpuPath = async (
  system: System,
  { image, proof }: ProbeImage,
  onStep: (style: GpuStyle) => void = () => {},
): Promise<GpuPathFacts> => {
  const observer = createObserver(system);
  const attempt = async (style: GpuStyle): Promise<GpuPathTry> => {
    onStep(style);
    const name = `localai-gpu-${style}-${process.pid}`;
    const argv = [
      ...['docker', 'run', '--rm', '--pull', 'never', '--network', 'none', '--name', name],
      ...styleFlags[style],
      ...inContainer[proof](image),
    ] as const;
    const result = await observer.run(style, ['docker', ...argv.slice(1)], limitMs);
    if (result.timedOut) await observer.run(`${style}-end`, ['docker', 'rm', '--force', name]);
    return { style, ...outcomeOf(result, proof), command: shown(argv) };
  };
  const tries: GpuPathTry[] = [];
  // One after another: a card that is nearly full has no room for three at once.
  for (const style of gpuStyles) tries.push(await attempt(style));
  return { image, proof, tries, chosen: tries.find(({ works }) => works === true)?.style ?? null };
};
