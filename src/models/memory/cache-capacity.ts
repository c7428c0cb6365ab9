import type { CacheLayout } from './cache-layout.ts';
import { has } from './version.ts';

/** What fits into a cache of a given size. */
export interface CacheCapacity {
  readonly blocks: number;
  /** Requests of full length at once; below 1 the engine does not start. */
  readonly concurrency: number;
  /** Tokens in requests of full length: what a user may count on. */
  readonly tokens: number;
  /** The figure in the log's line `GPU KV cache size`; before 0.21 it counts otherwise for models of several kinds. */
  readonly loggedTokens: number;
}

/** Cache of `bytes` on one rank, for requests of `contextTokens`. Pure. */
export const cacheCapacity = (
  layout: CacheLayout,
  bytes: number,
  contextTokens: number,
  vllm: number,
): CacheCapacity => {
  const blocks = Math.max(0, Math.floor(bytes / layout.blockBytes));
  const concurrency = blocks / layout.blocksFor(contextTokens);
  const tokens = Math.floor(concurrency * contextTokens);
  const byBlocks = Math.floor(blocks / layout.groups) * layout.blockTokens;
  // For one group both mean the same but for rounding; the newer line rounds to whole requests' blocks.
  return {
    blocks,
    concurrency,
    tokens,
    loggedTokens: has(vllm, 'tokensByConcurrency') ? tokens : byBlocks,
  };
};

/** Bytes on one rank that a single request of so many tokens needs. */
export const cacheNeed = (layout: CacheLayout, contextTokens: number): number =>
  layout.blocksFor(contextTokens) * layout.blockBytes;

/** The largest context, up to `most` tokens, of which one request fits; 0 where none does. */
export const largestContext = (layout: CacheLayout, bytes: number, most: number): number => {
  const fits = (tokens: number): boolean => cacheNeed(layout, tokens) <= bytes;
  if (!fits(1)) return 0;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};
