import { bf16Capability } from '../../machine/gpus/vllm-support.ts';
import { largestContext } from '../../models/memory/cache-capacity.ts';
import type { StartEstimate } from '../../models/memory/start.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { freeGib, type PlanCard } from './card.ts';
import { estimateEngine, even, round } from './engine-estimate.ts';

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
interface PlanParts {
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

const madeFor = (window: number): string => `it was made for ${window.toLocaleString('en-US')} tokens`;

const verdictOf = ({ refusal, neededGib, pool }: StartEstimate, tooLong: boolean): Verdict => {
  if (refusal !== null || tooLong) return 'no';
  return neededGib <= pool.low ? 'fits' : 'tight';
};

const reasonOf = (found: StartEstimate, verdict: Verdict): string | null => {
  const { refusal, parts, pool, neededGib, largestContext: most } = found;
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
  return verdict === 'tight' ? 'it fits by the estimate, not by its worst case' : null;
};

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
  const guess = estimateEngine(
    build,
    card,
    tensorParallel,
    utilization,
    wishes.contextTokens ?? window,
    wishes,
  );
  const careful = even(largestContext(guess.layout, Math.max(0, guess.pool.low) * gib, window));
  const hopeful = even(largestContext(guess.layout, Math.max(0, guess.pool.gib) * gib, window));
  const contextTokens = wishes.contextTokens ?? (careful > 0 ? careful : Math.max(hopeful, 1024));
  const found = estimateEngine(build, card, tensorParallel, utilization, contextTokens, wishes);
  const verdict = verdictOf(found, contextTokens > window);
  const { parts, pool, capacity } = found;
  return {
    build,
    verdict,
    reason: contextTokens > window ? madeFor(window) : reasonOf(found, verdict),
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
