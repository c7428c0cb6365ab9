import { activation, stageActivation } from '../../src/models/memory/activation.ts';
import { type CacheCapacity, cacheCapacity, cacheNeed } from '../../src/models/memory/cache-capacity.ts';
import type { StartEstimate } from '../../src/models/memory/start.ts';
import { type Predicted, predict } from './predict.ts';
import { given, type ModelFacts, type StartUp } from './start-up.ts';

const gib = 1024 ** 3;

/** What was said of one start-up, beside what the log says. Null where a side does not say. */
export interface Judged {
  readonly id: string;
  readonly logged: {
    readonly poolGib: number | null;
    readonly tokens: number | null;
    readonly concurrency: number | null;
    readonly outcome: string | null;
  };
  readonly predicted: {
    readonly poolGib: number | null;
    readonly poolGibWeightsEstimated: number | null;
    readonly tokens: number | null;
    readonly concurrency: number | null;
    readonly verdict: 'starts' | 'refused' | null;
  };
  /** GiB between which the cache lies, nine times in ten, as `plan` prints it. */
  readonly interval: readonly [number, number] | null;
  /** Rows with a cache size and a token or concurrency line; with a card's size, flags and weights. */
  readonly isCase: boolean;
  readonly isPoolCase: boolean;
  /** Off by more than this share in the exact half; null where nothing can be compared. */
  readonly kvError: number | null;
  /** Predicted less logged, GiB. */
  readonly poolError: number | null;
  readonly whyNot: string | null;
}

const orNull = <T>(value: T | null | undefined): T | null => value ?? null;

/** What fits in the cache of the logged size. With pipeline stages the last has the least room: it alone samples. */
const fromLogged = ({ shape, estimate }: Predicted, poolGib: number): CacheCapacity => {
  const { options, layout } = estimate;
  const less =
    options.pipelineParallel > 1
      ? Math.max(0, activation(shape, options).peak - stageActivation(shape, options))
      : 0;
  return cacheCapacity(layout, (poolGib - less) * gib, options.contextTokens, options.vllm);
};

/** Logs round to hundredths and to whole blocks; half of the last digit is no error. */
const relative = (predicted: number, logged: number, rounding: number): number =>
  Math.max(0, Math.abs(predicted - logged) - rounding) / Math.max(Math.abs(logged), 1e-9);

/** The concurrency line counts requests of full length, whatever the version; the token line where there is none. */
const kvErrorOf = (row: StartUp, capacity: CacheCapacity): number | null => {
  if (typeof row.max_concurrency === 'number') {
    return relative(capacity.concurrency, row.max_concurrency, 0.005);
  }
  return typeof row.kv_tokens === 'number' ? relative(capacity.loggedTokens, row.kv_tokens, 0.5) : null;
};

const verdictOf = ({ estimate, poolIsKnown }: Predicted, poolGib: number | null): 'starts' | 'refused' => {
  if (poolIsKnown) return estimate.refusal === null ? 'starts' : 'refused';
  // Without the card's size the logged cache says whether one request fits; without that nothing speaks against it.
  if (poolGib === null) return 'starts';
  const need = cacheNeed(estimate.layout, estimate.options.contextTokens) / gib;
  return need <= poolGib ? 'starts' : 'refused';
};

const compared = (row: StartUp): Pick<Judged, 'id' | 'logged' | 'isCase' | 'isPoolCase'> => {
  const hasPool = typeof row.kv_cache_gib === 'number';
  const number = (value: unknown): boolean => typeof value === 'number';
  return {
    id: row.id,
    logged: {
      poolGib: orNull(row.kv_cache_gib),
      tokens: orNull(row.kv_tokens),
      concurrency: orNull(row.max_concurrency),
      outcome: orNull(row.outcome),
    },
    isCase: hasPool && (number(row.kv_tokens) || number(row.max_concurrency)),
    isPoolCase: hasPool && [row.gpu_total_gib, row.weights_gib, row.gpu_memory_utilization].every(number),
  };
};

const poolOf = (estimate: StartEstimate | undefined): number | null =>
  estimate ? Math.round(estimate.pool.gib * 1000) / 1000 : null;

/** Predicts a start-up and lays the prediction beside the log. Pure. */
export const judge = (row: StartUp, models: Readonly<Record<string, ModelFacts>>): Judged => {
  const shown = compared(row);
  const outcome = predict(given.parse(row), models);
  if ('whyNot' in outcome) {
    // Nothing is known of the model; a cache that is not there speaks for itself.
    const { poolGib } = shown.logged;
    const verdict = poolGib === null ? null : poolGib > 0 ? ('starts' as const) : ('refused' as const);
    const predicted = {
      poolGib: null,
      poolGibWeightsEstimated: null,
      tokens: null,
      concurrency: null,
      verdict,
    };
    return { ...shown, predicted, interval: null, kvError: null, poolError: null, whyNot: outcome.whyNot };
  }
  const { estimate, byParameters, poolIsKnown } = outcome;
  const { poolGib } = shown.logged;
  const capacity = poolGib === null ? undefined : fromLogged(outcome, poolGib);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    ...shown,
    predicted: {
      poolGib: poolIsKnown ? poolOf(estimate) : null,
      poolGibWeightsEstimated: poolIsKnown ? poolOf(byParameters) : null,
      tokens: capacity?.loggedTokens ?? null,
      concurrency: capacity ? round(capacity.concurrency) : null,
      verdict: verdictOf(outcome, poolGib),
    },
    interval: poolIsKnown ? [round(estimate.pool.low), round(estimate.pool.high)] : null,
    kvError: capacity ? kvErrorOf(row, capacity) : null,
    poolError: poolIsKnown && poolGib !== null ? round(estimate.pool.gib - poolGib) : null,
    whyNot: null,
  };
};
