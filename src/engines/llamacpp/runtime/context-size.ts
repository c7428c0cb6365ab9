/** What a context of a given size needs beside the model, bytes. */
export type MemoryNeed = (contextTokens: number, parallel: number) => Promise<number>;

export interface ContextRequest {
  /** Asked for by the user; undefined: as much as fits. */
  readonly contextTokens: number | undefined;
  readonly parallel: number;
  readonly trainContextTokens: number;
  /** Left for contexts once the model is loaded, bytes. */
  readonly memoryBytes: number;
}

export interface ContextPlan {
  readonly contextTokens: number;
  readonly parallel: number;
}

/** llama.cpp rounds contexts to this many tokens. */
const step = 256;
const smallest = 512;

/** An agent's preamble alone is longer than this: fewer requests at once are better than a shorter context. */
const comfortable = 16_384;

const roundDown = (tokens: number): number => Math.floor(tokens / step) * step;

/** The largest multiple of 256 between `smallest` and `most` that fits; 0 when none does. */
const largestFitting = async (
  most: number,
  parallel: number,
  memoryBytes: number,
  need: MemoryNeed,
): Promise<number> => {
  const fits = async (tokens: number): Promise<boolean> => (await need(tokens, parallel)) <= memoryBytes;
  if (most <= smallest) return (await fits(most)) ? most : 0;
  if (await fits(most)) return most;
  if (!(await fits(smallest))) return 0;
  let low = smallest;
  let high = most;
  while (high - low > step) {
    const middle = roundDown((low + high) / 2);
    if (middle <= low) break;
    if (await fits(middle)) low = middle;
    else high = middle;
  }
  return low;
};

/**
 * How long each request's context is and how many there are at once. What the user asked for is taken as it is (the
 * engine refuses it when there is no memory). Otherwise: what the model was trained for, cut to the memory; when that
 * would be short, first with fewer requests at once. Undefined when nothing fits.
 */
export const planContext = async (
  request: ContextRequest,
  need: MemoryNeed,
): Promise<ContextPlan | undefined> => {
  const { contextTokens, parallel, trainContextTokens, memoryBytes } = request;
  if (contextTokens !== undefined) return { contextTokens: Math.max(step, contextTokens), parallel };
  const most = Math.max(step, trainContextTokens);
  const enough = Math.min(most, comfortable);
  let plan: ContextPlan | undefined;
  for (let n = parallel; n >= 1; n = Math.floor(n / 2)) {
    const tokens = await largestFitting(most, n, memoryBytes, need);
    if (tokens > (plan?.contextTokens ?? 0)) plan = { contextTokens: tokens, parallel: n };
    if (tokens >= enough) break;
  }
  return plan;
};
