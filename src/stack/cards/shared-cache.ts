import { cacheCapacity, largestContext } from '../../models/memory/cache-capacity.ts';
import type { PlanCard } from './card.ts';
import { estimateEngine, even, round } from './engine-estimate.ts';
import type { EnginePlan, Wishes } from './engine-plan.ts';

const gib = 1024 ** 3;

/** What an engine takes of a card before it has any cache, GiB, and how much more it may be. */
export const fixedGib = ({
  parts,
  cacheRange,
}: EnginePlan): { readonly gib: number; readonly error: number } => ({
  gib: parts.weights + parts.activation + parts.runtime + parts.graphs,
  error: Math.max(0, parts.cache - cacheRange[0]),
});

/** GiB of cache that one request of so many tokens takes. */
export const cacheFor = (plan: EnginePlan, card: PlanCard, contextTokens: number, wishes: Wishes): number =>
  estimateEngine(plan.build, card, plan.tensorParallel, 1, contextTokens, wishes).neededGib;

/**
 * The same engine with a cache of exactly so many GiB, as on a card that is shared: the context is the wished one, else
 * the largest of which a request fits.
 */
export const withCache = (plan: EnginePlan, card: PlanCard, cacheGib: number, wishes: Wishes): EnginePlan => {
  const { build, tensorParallel } = plan;
  const most = build.shape.contextTokens ?? 8192;
  const bytes = Math.floor(cacheGib * 1024) * 1024 ** 2;
  const { layout } = estimateEngine(build, card, tensorParallel, 1, most, wishes);
  const hopeful = even(largestContext(layout, bytes, most));
  const contextTokens = wishes.contextTokens ?? Math.max(hopeful, 1024);
  const { neededGib } = estimateEngine(build, card, tensorParallel, 1, contextTokens, wishes);
  const capacity = cacheCapacity(layout, bytes, contextTokens, wishes.vllm);
  const cache = round(bytes / gib, 2);
  const fits = neededGib <= bytes / gib;
  return {
    ...plan,
    verdict: fits ? 'fits' : 'no',
    reason: fits
      ? null
      : `one request needs ${neededGib.toFixed(1)} GiB of cache, its share is ${cache.toFixed(1)} GiB`,
    utilization: null,
    cacheBytes: bytes,
    parts: { ...plan.parts, cache },
    cacheRange: [cache, cache],
    contextTokens,
    largestContext: hopeful,
    cacheTokens: capacity.tokens,
    fullLengthAtOnce: round(capacity.concurrency, 2),
    bytesPerToken: Math.round((neededGib * gib) / contextTokens),
  };
};
