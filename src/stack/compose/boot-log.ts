/** What vLLM's log says of a start (worded as of vLLM 0.32, older wordings beside them). */
export interface BootFacts {
  /** What it is doing, for a person; null when it says nothing that is known. */
  readonly phase: string | null;
  /** How far through its weights, 0 to 1; null when it does not say. */
  readonly weights: number | null;
  /** GiB that were left for the cache. */
  readonly availableGib: number | null;
  /** Tokens that the cache holds. */
  readonly cacheTokens: number | null;
  /** Requests of full length at once. */
  readonly concurrency: number | null;
  /** The cache's bytes that vLLM suggests for the next start. */
  readonly suggestedBytes: number | null;
}

const last = (text: string, pattern: RegExp): string | undefined => [...text.matchAll(pattern)].at(-1)?.[1];

const figure = (text: string | undefined): number | null => {
  const value = Number(text?.replaceAll(',', ''));
  return text === undefined || !Number.isFinite(value) ? null : value;
};

/** Each says that what stands beside it has begun; the last one that is found counts. */
const phases: readonly (readonly [RegExp, string])[] = [
  [/Starting to load model/g, 'loading the weights'],
  [/Loading weights took|Model loading took/g, 'compiling'],
  [/torch\.compile tak?es?|torch\.compile took/g, 'measuring the memory'],
  [/KV cache size:/g, 'capturing graphs'],
  [/Graph capturing finished|init engine \(profile/g, 'warming up'],
  [/Starting vLLM server on|Application startup complete/g, 'starting its server'],
];

/** Reads the log of one start. Pure. */
export const readBootLog = (text: string): BootFacts => {
  const seen = phases
    .map(([pattern, phase]) => ({ phase, at: [...text.matchAll(pattern)].at(-1)?.index ?? -1 }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const shards = last(text, /checkpoint shards:\s+(\d+)% Completed/g);
  return {
    phase: seen.at(-1)?.phase ?? null,
    weights: shards === undefined ? null : Number(shards) / 100,
    availableGib: figure(last(text, /Available KV cache memory: ([\d.]+) GiB/g)),
    cacheTokens: figure(last(text, /KV cache size: ([\d,]+) tokens/g)),
    concurrency: figure(last(text, /Maximum concurrency for [\d,]+ tokens per request: ([\d.]+)x/g)),
    suggestedBytes: figure(last(text, /--kv-cache-memory(?:-bytes)?=(\d+)/g)),
  };
};
