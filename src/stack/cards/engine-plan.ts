import { bf16Capability, fp8CacheCapability } from '../../machine/gpus/vllm-support.ts';
import { cacheCapacity, largestContext } from '../../models/memory/cache-capacity.ts';
import { estimateStart, type StartEstimate } from '../../models/memory/start.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { freeGib, memoryOf, type PlanCard } from './card.ts';

/** What a user wants of a model; undefined: what fits. */
export interface Wishes {
  readonly contextTokens: number | undefined;
  /** Requests at once. */
  readonly concurrency: number;
  /** The cache's format, as vLLM's flag has it. */
  readonly cacheFormat: string;
  /** Minor number of the vLLM that is planned for. */
  readonly vllm: number;
}

/** Where the memory of one card goes, GiB. */
export interface PlanParts {
  readonly weights: number;
  /** The peak of the profile run. */
  readonly activation: number;
  /** The CUDA context, NCCL and libraries. */
  readonly runtime: number;
  readonly graphs: number;
  readonly cache: number;
}

/**
 * How sure it is that the engine starts: `fits` even when the estimate is at its worst; `tight` it depends on the part
 * that cannot be known; `no` it does not.
 */
export type Verdict = 'fits' | 'tight' | 'no';

/** One engine with one model on one card or on several of a kind. */
export interface EnginePlan {
  readonly build: PlanBuild;
  readonly verdict: Verdict;
  /** Why not, in words; null when it fits. */
  readonly reason: string | null;
  readonly tensorParallel: number;
  /** GiB of one card that the engine may use, of which parts are made. */
  readonly budgetGib: number;
  /** vLLM's --gpu-memory-utilization for that; null where the cache's bytes are given instead. */
  readonly utilization: number | null;
  /** vLLM's --kv-cache-memory-bytes; null where the share of the card decides. */
  readonly cacheBytes: number | null;
  readonly parts: PlanParts;
  /** The cache on one card, GiB: nine times in ten between these. */
  readonly cacheRange: readonly [low: number, high: number];
  readonly cacheFormat: string;
  /** Tokens in one request. */
  readonly contextTokens: number;
  /** The largest context of which one request fits by the estimate. */
  readonly largestContext: number;
  readonly maxSequences: number;
  readonly batchedTokens: number;
  /** Tokens of requests of full length that fit at once, and how many such requests. */
  readonly cacheTokens: number;
  readonly fullLengthAtOnce: number;
  /** Bytes that one more token takes on one card, averaged over the context. */
  readonly bytesPerToken: number;
  /** The card computes in half precision instead of bf16. */
  readonly half: boolean;
}

const gib = 1024 ** 3;

/** vLLM's own default; less of a memory that the whole machine lives in (start-ups on GB10: 0.8 to 0.89). */
const mostUtilization = 0.92;
const mostOfUnified = 0.85;

/** A large card profits from large batches; small ones need the memory. */
const batchFor = (card: PlanCard, build: PlanBuild): number => {
  if (card.totalGib >= 70) return 8192;
  return build.shape.multimodal ? 4096 : 2048;
};

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Nobody asks for a context of an odd number of tokens. */
const even = (tokens: number): number => (tokens > 2048 ? Math.floor(tokens / 1024) * 1024 : tokens);

const reasonOf = ({
  refusal,
  parts,
  pool,
  neededGib,
  largestContext: most,
}: StartEstimate): string | null => {
  if (refusal === 'weights') {
    return `its weights take ${parts.weights.toFixed(1)} GiB, and ${parts.budget.toFixed(1)} GiB of the card are there for it`;
  }
  if (refusal === 'no-cache') {
    return `beside its weights nothing is left for the cache (${pool.gib.toFixed(1)} GiB)`;
  }
  if (refusal === 'context') {
    const largest = most >= 1 ? `; ${even(most)} tokens would fit` : '';
    return `one request needs ${neededGib.toFixed(1)} GiB of cache, ${Math.max(0, pool.gib).toFixed(1)} GiB are left${largest}`;
  }
  return null;
};

const estimate = (
  build: PlanBuild,
  card: PlanCard,
  tensorParallel: number,
  utilization: number,
  contextTokens: number,
  { concurrency, cacheFormat, vllm }: Wishes,
): StartEstimate =>
  estimateStart({
    shape: build.shape,
    weights: {
      gib: build.weights.gib / tensorParallel,
      error: build.weights.error / tensorParallel,
    },
    card: memoryOf(card),
    options: {
      vllm,
      tensorParallel,
      utilization,
      contextTokens,
      maxSequences: concurrency,
      batchedTokens: batchFor(card, build),
      cacheFormat,
    },
  });

/**
 * Plans one engine that has a card, or several of a kind, for itself. The context is the wished one, else the largest
 * of which a request fits even when the estimate is at its worst. Pure.
 */
export const planEngine = (
  build: PlanBuild,
  card: PlanCard,
  tensorParallel: number,
  wishes: Wishes,
): EnginePlan => {
  const most = card.unified ? mostOfUnified : mostUtilization;
  const utilization = Math.min(most, Math.floor((freeGib(card) / card.totalGib) * 100) / 100);
  const window = build.shape.contextTokens ?? 8192;
  const guess = estimate(build, card, tensorParallel, utilization, wishes.contextTokens ?? window, wishes);
  const careful = even(largestContext(guess.layout, Math.max(0, guess.pool.low) * gib, window));
  const hopeful = even(largestContext(guess.layout, Math.max(0, guess.pool.gib) * gib, window));
  const contextTokens = wishes.contextTokens ?? (careful > 0 ? careful : Math.max(hopeful, 1024));
  const found = estimate(build, card, tensorParallel, utilization, contextTokens, wishes);
  const verdict: Verdict =
    found.refusal !== null ? 'no' : found.neededGib <= found.pool.low ? 'fits' : 'tight';
  const { parts, pool, capacity } = found;
  return {
    build,
    verdict,
    reason:
      reasonOf(found) ?? (verdict === 'tight' ? 'it fits by the estimate, not by its worst case' : null),
    tensorParallel,
    budgetGib: round(parts.budget, 2),
    utilization,
    cacheBytes: null,
    parts: {
      weights: round(parts.weights, 2),
      activation: round(parts.activation, 2),
      runtime: round(parts.runtime, 2),
      graphs: round(parts.graphs, 2),
      cache: round(Math.max(0, pool.gib), 2),
    },
    cacheRange: [round(Math.max(0, pool.low), 2), round(Math.max(0, pool.high), 2)],
    cacheFormat: wishes.cacheFormat,
    contextTokens,
    largestContext: hopeful,
    maxSequences: found.options.maxSequences,
    batchedTokens: found.options.batchedTokens,
    cacheTokens: capacity.tokens,
    fullLengthAtOnce: round(capacity.concurrency, 2),
    bytesPerToken: Math.round((found.neededGib * gib) / contextTokens),
    half: card.capability !== null && card.capability < bf16Capability,
  };
};

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
  estimate(plan.build, card, plan.tensorParallel, 1, contextTokens, wishes).neededGib;

/**
 * The same engine with a cache of exactly so many GiB, as on a card that is shared: the context is the wished one, else
 * the largest of which a request fits.
 */
export const withCache = (plan: EnginePlan, card: PlanCard, cacheGib: number, wishes: Wishes): EnginePlan => {
  const { build, tensorParallel } = plan;
  const most = build.shape.contextTokens ?? 8192;
  const bytes = Math.floor(cacheGib * 1024) * 1024 ** 2;
  const { layout } = estimate(build, card, tensorParallel, 1, most, wishes);
  const hopeful = even(largestContext(layout, bytes, most));
  const contextTokens = wishes.contextTokens ?? Math.max(hopeful, 1024);
  const { neededGib } = estimate(build, card, tensorParallel, 1, contextTokens, wishes);
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

/** The cache format that halves it on this card: fp8 where every backend takes it, else 8-bit integers per token. */
export const smallerCache = ({ capability }: PlanCard): 'fp8' | 'int8_per_token_head' =>
  capability === null || capability >= fp8CacheCapability ? 'fp8' : 'int8_per_token_head';
