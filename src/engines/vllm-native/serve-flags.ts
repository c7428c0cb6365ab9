import { join } from 'node:path';
import type { EngineBudget, EngineModel } from '../engine.ts';
import { changedFlags } from '../vllm/flags.ts';
import type { VllmBuild } from './spec.ts';

const gib = 1024 ** 3;

/** Bytes of the cache on the processor: a quarter of the memory, since the weights and PyTorch need the rest. */
const cacheBytes = (memoryBytes: number): number =>
  Math.max(1, Math.min(8, Math.floor(memoryBytes / gib / 4))) * gib;

const embeds = ({ roles }: EngineModel): boolean =>
  roles.length > 0 && roles.every((role) => role === 'embedding');

/** The flags of a card's plan; without one, what any machine can do. */
const plannedFlags = (
  model: EngineModel,
  build: VllmBuild,
  { cards, contextTokens, parallel, memoryBytes }: EngineBudget,
): readonly string[] =>
  cards?.flags ?? [
    // Longer than it was made for would be refused; `auto` takes what it was made for, as far as it fits.
    ...['--max-model-len', contextTokens === undefined ? 'auto' : String(contextTokens)],
    ...['--max-num-seqs', String(parallel)],
    // VLLM_CPU_KVCACHE_SPACE, its older form, would win over what the user gives.
    ...(build === 'cpu' ? ['--kv-cache-memory-bytes', String(cacheBytes(memoryBytes))] : []),
    ...(embeds(model) ? ['--runner', 'pooling'] : []),
  ];

/** What `vllm serve` is given after the model, one word each. Pure. */
export const serveFlags = (model: EngineModel, build: VllmBuild, budget: EngineBudget): readonly string[] =>
  changedFlags(
    [
      ...plannedFlags(model, build, budget),
      ...['--served-model-name', model.id],
      // Asked every other second; the log is for what matters.
      ...['--disable-access-log-for-endpoints', '/health,/metrics'],
    ],
    budget,
  );

export interface EngineFolders {
  /** The Python environment. */
  readonly environment: string;
  /** Where what it compiled is kept over restarts and updates of localai. */
  readonly cache: string;
  /** PATH, as our own process has it. */
  readonly path: string | undefined;
}

/** What vLLM's process has in its environment beside ours. Pure. */
export const serveEnv = (
  build: VllmBuild,
  budget: EngineBudget,
  { environment, cache, path }: EngineFolders,
): Readonly<Record<string, string>> => ({
  // Compilers that came with it (ninja) are found by name.
  PATH: [join(environment, 'bin'), path].filter(Boolean).join(':'),
  VIRTUAL_ENV: environment,
  PYTHONUNBUFFERED: '1',
  // The model is here; nothing is to be fetched, and nothing reported.
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  DO_NOT_TRACK: '1',
  // The gateway keeps its connections longer than vLLM's 5 s.
  VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '120',
  // Large weights on a slow disk take longer than its 10 minutes.
  VLLM_ENGINE_READY_TIMEOUT_S: '3600',
  NO_COLOR: '1',
  VLLM_CACHE_ROOT: cache,
  TORCHINDUCTOR_CACHE_DIR: join(cache, 'inductor'),
  TRITON_CACHE_DIR: join(cache, 'triton'),
  ...(build === 'cuda' ? { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } : {}),
  ...(build === 'cuda' && budget.cards ? { CUDA_VISIBLE_DEVICES: budget.cards.devices.join(',') } : {}),
  // Its sleep routes; only we can open its socket.
  ...(budget.cards?.sleeps ? { VLLM_SERVER_DEV_MODE: '1' } : {}),
});
