import type { ModelShape } from '../shape/shape.ts';
import { type Activation, activation, stageActivation } from './activation.ts';
import { type CacheCapacity, cacheCapacity, cacheNeed, largestContext } from './cache-capacity.ts';
import { type CacheLayout, cacheLayout } from './cache-layout.ts';
import { countedGraphs } from './graphs.ts';
import type { CardMemory, EngineOptions, SettledOptions } from './options.ts';
import { type Known, poolError } from './pool-error.ts';
import { runtimeMemory } from './runtime.ts';
import { settleOptions } from './settle-options.ts';

const gib = 1024 ** 3;

/** What is to be started, and on what. */
export interface StartFacts {
  readonly shape: ModelShape;
  /** Weights on one rank, GiB, and how far that may be off. */
  readonly weights: { readonly gib: number; readonly error: number };
  readonly options: EngineOptions;
  readonly card: CardMemory;
  /** Which of the facts are stated rather than assumed; decides how sure the estimate is. */
  readonly known?: Partial<Known>;
}

/** Why an engine would not start. */
type Refusal = 'weights' | 'no-cache' | 'context';

/** Where the memory of one card goes, GiB. */
interface StartParts {
  readonly budget: number;
  readonly weights: number;
  readonly activation: number;
  readonly runtime: number;
  readonly graphs: number;
}

export interface StartEstimate {
  readonly parts: StartParts;
  readonly activation: Activation;
  /** Left for the cache, GiB on one rank; nine times in ten between `low` and `high`. */
  readonly pool: { readonly gib: number; readonly low: number; readonly high: number };
  readonly layout: CacheLayout;
  readonly options: SettledOptions;
  readonly capacity: CacheCapacity;
  /** GiB on one rank that one request of full length takes. */
  readonly neededGib: number;
  /** The largest context of which one request fits. */
  readonly largestContext: number;
  readonly refusal: Refusal | null;
}

const refusalOf = (parts: StartParts, poolGib: number, neededGib: number): Refusal | null => {
  if (parts.weights >= parts.budget) return 'weights';
  if (poolGib <= 0) return 'no-cache';
  return neededGib > poolGib ? 'context' : null;
};

/**
 * What vLLM would say when it starts: where the memory goes, what is left for the cache, what fits in that, whether it
 * starts at all. Pure; the laws and their errors are in docs/planning.md.
 */
export const estimateStart = ({ shape, weights, options, card, known }: StartFacts): StartEstimate => {
  const settled = settleOptions(options, card);
  const peak = activation(shape, settled);
  const parts: StartParts = {
    budget: card.totalGib * settled.utilization,
    weights: weights.gib,
    // The first of several stages is shown, as in the log.
    activation: settled.pipelineParallel > 1 ? stageActivation(shape, settled) : peak.peak,
    runtime: runtimeMemory(settled, card),
    graphs: countedGraphs(shape, settled),
  };
  const pool = parts.budget - parts.weights - parts.activation - parts.runtime - parts.graphs;
  const error = poolError({
    shape,
    options: settled,
    parts,
    activation: peak,
    weightsError: weights.error,
    known,
  });
  const layout = cacheLayout(shape, settled);
  const neededGib = cacheNeed(layout, settled.contextTokens) / gib;
  return {
    parts,
    activation: peak,
    pool: { gib: pool, low: pool - error.down, high: pool + error.up },
    layout,
    options: settled,
    capacity: cacheCapacity(layout, pool * gib, settled.contextTokens, settled.vllm),
    neededGib,
    largestContext: largestContext(layout, pool * gib, shape.contextTokens ?? settled.contextTokens),
    refusal: refusalOf(parts, pool, neededGib),
  };
};
