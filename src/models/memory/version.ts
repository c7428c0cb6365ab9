/**
 * A vLLM version as far as memory is concerned: its minor number (all are 0.x so far). Reads what logs and people
 * write: `0.19.0`, `v0.18.1rc1.dev147+g29`, `>=0.21 (log says so)`. Undefined where there is none in it.
 */
export const minorOf = (text: string | null | undefined): number | undefined => {
  const [, minor] = /(?:^|[^\d.])0\.(\d{1,3})(?!\d)/.exec(` ${text ?? ''}`) ?? [];
  return minor === undefined ? undefined : Number(minor);
};

/** What changed in vLLM that a plan must know; the minor number from which it holds. */
const since = {
  /** The V1 engine: profile run over all batched tokens, defaults by card. */
  v1: 8,
  /** Tensor-parallel ranks on NVLink set aside some 2 GiB for their all-reduce; seen from 0.19, absent in 0.11. */
  symmetricMemory: 12,
  /** Experts' workspaces stay allocated after the profile run. */
  keptWorkspace: 13,
  /** Top-k and top-p without sorting whole rows: the sampler's peak fell from 9.5 to 3.6 copies. */
  sortlessSampler: 17,
  /** The CUDA context and its libraries grew. */
  largerContext: 18,
  /** CUDA graphs are estimated and taken off before the cache is sized; `gpu_memory_utilization` is 0.92. */
  graphsCounted: 21,
  /** The log's token line is concurrency x context instead of blocks x block size. */
  tokensByConcurrency: 21,
  /** Model runner V2 for dense models: the sampler keeps fewer copies still. */
  runnerV2: 25,
} as const;

/** Whether a vLLM has a change. */
export const has = (minor: number, change: keyof typeof since): boolean => minor >= since[change];
