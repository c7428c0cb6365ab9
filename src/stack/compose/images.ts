import { testedVllm, vllmOn } from '../../machine/gpus/vllm-support.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { StepProgress } from '../step.ts';
import { doingOf, runDocker, type StackAddress } from './docker.ts';
import { pullFault } from './docker-faults.ts';

/** What the gateway runs in; Docker's own image, pinned by its major: it gets its fixes. */
export const nodeImage = 'node:24-slim';

/** vLLM's image for the driver of this machine. Pure. */
export const vllmImageFor = ({ nvidia }: MachineReport): string => {
  const branch = Number.parseInt(nvidia.driverVersion ?? '', 10);
  // What cards can do is judged when they are planned; the driver alone decides between images.
  const verdict = vllmOn(Number.POSITIVE_INFINITY, Number.isFinite(branch) ? branch : undefined);
  return verdict.runs ? verdict.image.name : `vllm/vllm-openai:v${testedVllm}`;
};

/** How far the layers of an image are, from the lines that `docker pull` writes. */
export interface Layers {
  readonly total: number;
  /** Downloaded, or here already. */
  readonly fetched: number;
  readonly unpacked: number;
}

const layerLine = /^([0-9a-f]{12}): (.+)$/;

/** Counts layers as the lines come. */
export const layerCounter = (): ((line: string) => Layers) => {
  const states = new Map<string, string>();
  return (line) => {
    const [, layer, state] = layerLine.exec(line.trim()) ?? [];
    if (layer !== undefined && state !== undefined) states.set(layer, state);
    const all = [...states.values()];
    const unpacked = all.filter((one) => /^(Pull complete|Already exists)/.test(one)).length;
    const waiting = all.filter((one) => /^(Download complete|Verifying|Extracting)/.test(one)).length;
    return { total: all.length, fetched: unpacked + waiting, unpacked };
  };
};

const isHere = async (system: System, image: string): Promise<boolean> =>
  (await runDocker(system, ['image', 'inspect', '--format', '{{.Id}}', image], { timeoutMs: 20_000 })).ok;

/** The images of these that are not here. */
export const missingImages = async (
  system: System,
  images: readonly string[],
): Promise<readonly string[]> => {
  const here = await Promise.all(images.map((image) => isHere(system, image)));
  return images.filter((_image, index) => !here[index]);
};

/** Pulls an image, showing its layers. What came down before a break is kept by Docker. Throws IMAGE_UNAVAILABLE, IMAGE_REFUSED, DISK_FULL. */
export const pullImage = async (
  system: System,
  stack: StackAddress,
  image: string,
  progress: StepProgress,
  signal: AbortSignal,
): Promise<void> => {
  const count = layerCounter();
  const result = await runDocker(system, ['pull', image], {
    signal,
    onLine: (line) => {
      const { total, fetched, unpacked } = count(line);
      if (total === 0) return;
      progress.status(`pulling ${image}: ${fetched} of ${total} layers here, ${unpacked} unpacked`);
      progress.progress(fetched + unpacked, 2 * total);
    },
  });
  signal.throwIfAborted();
  if (!result.ok) throw pullFault(result, image, doingOf(stack, `docker pull ${image}`));
};
