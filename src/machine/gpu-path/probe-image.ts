import { vllmImages } from '../gpus/vllm-support.ts';
import type { GpuPathFacts } from './styles.ts';

/** Images whose C library NVIDIA's programs cannot run on, or that hold nothing to run. */
const unfit =
  /(^|\/)(alpine|busybox|registry|hello-world|scratch|traefik|postgres|redis)(:|$)|alpine|distroless|musl/;

export interface ProbeImage {
  readonly image: string;
  readonly proof: GpuPathFacts['proof'];
}

/** What to try with, of the images that are here; nothing is pulled for it. The engine's own image proves the most. */
export const chooseProbeImage = (images: readonly string[]): ProbeImage | undefined => {
  const engine = vllmImages.find(({ name }) => images.includes(name));
  if (engine) return { image: engine.name, proof: 'cuda' };
  const other = images.find((name) => !unfit.test(name));
  return other === undefined ? undefined : { image: other, proof: 'nvidia-smi' };
};
