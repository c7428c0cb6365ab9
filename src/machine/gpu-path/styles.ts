/** The ways to ask Docker for a graphics card. Each of them fails on some machines where another one works. */
export const gpuStyles = ['cdi', 'gpus', 'runtime'] as const;

/**
 * `cdi` by the Container Device Interface · `gpus` with `--gpus` · `runtime` with NVIDIA's own runtime. In this order
 * of preference: a card given by CDI is not lost when systemd reloads.
 */
export type GpuStyle = (typeof gpuStyles)[number];

/** What is added to `docker run`. */
export const styleFlags: Readonly<Record<GpuStyle, readonly string[]>> = {
  cdi: ['--device', 'nvidia.com/gpu=all'],
  gpus: ['--gpus', 'all'],
  runtime: [
    ...['--runtime', 'nvidia', '-e', 'NVIDIA_VISIBLE_DEVICES=all'],
    ...['-e', 'NVIDIA_DRIVER_CAPABILITIES=compute,utility'],
  ],
};

/** One try to see a card inside a container. */
export interface GpuPathTry {
  readonly style: GpuStyle;
  /** Null: it cannot be told with this image. */
  readonly works: boolean | null;
  /** Docker's, NVIDIA's or torch's own words; null when it works. */
  readonly problem: string | null;
  readonly command: string;
}

export interface GpuPathFacts {
  readonly image: string;
  /** `cuda`: the engine's own image computed on the card; `nvidia-smi`: another image saw it. */
  readonly proof: 'cuda' | 'nvidia-smi';
  readonly tries: readonly GpuPathTry[];
  /** The best that works; null: none does. */
  readonly chosen: GpuStyle | null;
}
