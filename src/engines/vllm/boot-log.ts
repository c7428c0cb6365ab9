/** What vLLM's log has said of its start so far. */
export interface BootLog {
  /** What it is doing, for a person; undefined before its first such line and once it serves. */
  readonly phase: string | undefined;
  /** Tokens in one request. */
  readonly contextTokens: number | undefined;
  /** Tokens that its cache holds, and how many requests of full length that is. */
  readonly cacheTokens: number | undefined;
  readonly concurrency: number | undefined;
  /** GiB of the weights, and of the cache on one card. */
  readonly weightsGib: number | undefined;
  readonly cacheGib: number | undefined;
  /** The `--kv-cache-memory` that it proposes for its next start, bytes. */
  readonly suggestedCacheBytes: number | undefined;
}

export const nothingSaid: BootLog = {
  phase: undefined,
  contextTokens: undefined,
  cacheTokens: undefined,
  concurrency: undefined,
  weightsGib: undefined,
  cacheGib: undefined,
  suggestedCacheBytes: undefined,
};

/** A number as vLLM writes it: `46,592`. */
const number = (text: string | undefined): number => Number((text ?? '').replaceAll(',', ''));

type Reader = (found: RegExpExecArray) => Partial<BootLog>;

/** The lines of vLLM 0.32 and of versions before, each with what it says. */
const lines: readonly (readonly [RegExp, Reader])[] = [
  [/Resolved architecture: (\S+)/, () => ({ phase: 'reading its configuration' })],
  [/Starting to load model /, () => ({ phase: 'loading weights' })],
  [
    /Loading (?:safetensors|pt) checkpoint shards: +(\d+)% Completed/,
    ([, percent]) => ({ phase: `loading weights (${percent} %)` }),
  ],
  [/Loading weights took /, () => ({ phase: 'preparing weights' })],
  [/Model loading took ([\d.]+) Gi?B/, ([, gib]) => ({ phase: 'measuring memory', weightsGib: number(gib) })],
  [
    /(?:Using cache directory: .*torch_compile_cache|Dynamo bytecode transform|Compiling a graph|Start compiling)/,
    () => ({ phase: 'compiling' }),
  ],
  [/torch\.compile (?:takes?|took) /, () => ({ phase: 'measuring memory' })],
  [/(?:Available KV cache memory|Explicitly set) ?:? ?\(?([\d.]+)/, ([, gib]) => ({ cacheGib: number(gib) })],
  [
    /KV cache size: ([\d,]+) tokens/,
    ([, tokens]) => ({ phase: 'preparing the cache', cacheTokens: number(tokens) }),
  ],
  [
    /Maximum concurrency for ([\d,]+) tokens per request: ([\d.]+)x/,
    ([, tokens, times]) => ({ contextTokens: number(tokens), concurrency: number(times) }),
  ],
  [/Capturing CUDA graphs?.*?(\d+)%/, ([, percent]) => ({ phase: `capturing CUDA graphs (${percent} %)` })],
  [/ Warming up (?:model|chat template)/, () => ({ phase: 'warming up' })],
  [/Graph capturing finished|init engine \(/, () => ({ phase: 'starting its server' })],
  [
    /gpu_memory_utilization config with.*--kv-cache-memory=(\d+)/,
    ([, bytes]) => ({ suggestedCacheBytes: number(bytes) }),
  ],
  [/Application startup complete/, () => ({ phase: undefined })],
];

/** What is known after one more line of its log: the same object when the line says nothing new. Pure. */
export const readBootLine = (boot: BootLog, line: string): BootLog => {
  let next = boot;
  for (const [pattern, read] of lines) {
    const found = pattern.exec(line);
    if (found) next = { ...next, ...read(found) };
  }
  return next;
};
