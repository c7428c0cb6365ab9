import { findCard } from '../../src/machine/gpus/cards.ts';
import type { CardMemory } from '../../src/models/memory/options.ts';
import { estimateStart, type StartEstimate, type StartFacts } from '../../src/models/memory/start.ts';
import { minorOf } from '../../src/models/memory/version.ts';
import { bytesPerWeight, estimateWeights } from '../../src/models/memory/weights.ts';
import type { ModelShape } from '../../src/models/shape/shape.ts';
import { likelyVersion } from './first-version.ts';
import { shapeOfStartUp } from './shape-of-start-up.ts';
import type { Given, ModelFacts } from './start-up.ts';

/** A row that a prediction can be made for. */
export interface Predicted {
  readonly shape: ModelShape;
  readonly estimate: StartEstimate;
  /** The same with weights worked out from the parameters; undefined where these are not known. */
  readonly byParameters: StartEstimate | undefined;
  /** Whether the size of the card and the weights are known, so that the cache's size is a prediction at all. */
  readonly poolIsKnown: boolean;
}

/** Why no prediction can be made. */
export interface NotCovered {
  readonly whyNot: string;
}

/** Where the card is not named: the size matters to defaults only. */
const anyCard: CardMemory = { totalGib: 48, nvlink: false, smallDefaults: false };

const cardOf = ({ gpu, gpu_total_gib: total }: Given): CardMemory | undefined => {
  // `2x RTX 3090` means each of two.
  const kind = findCard((gpu ?? '').replace(/^\s*\d+ ?x /, ''));
  const totalGib = total ?? kind?.usableGib;
  if (totalGib === undefined) return undefined;
  return {
    totalGib,
    nvlink: kind?.nvlink ?? false,
    smallDefaults: /a100/i.test(gpu ?? '') || kind?.unified === true,
  };
};

const dtypeBytes = (dtype: string | null | undefined): number | undefined =>
  /32/.test(dtype ?? '') ? 4 : undefined;

const orUndefined = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

const factsFor = (row: Given, shape: ModelShape, card: CardMemory): Omit<StartFacts, 'weights'> => {
  const name = `${row.kv_model ?? ''} ${row.model ?? ''}`;
  const stated = minorOf(row.vllm_version);
  return {
    shape,
    card,
    options: {
      vllm: stated ?? likelyVersion(name),
      tensorParallel: orUndefined(row.tensor_parallel),
      pipelineParallel: orUndefined(row.pipeline_parallel),
      utilization: orUndefined(row.gpu_memory_utilization),
      contextTokens: row.max_model_len ?? shape.contextTokens ?? 4096,
      maxSequences: orUndefined(row.max_num_seqs),
      batchedTokens: orUndefined(row.max_num_batched_tokens),
      cacheFormat: orUndefined(row.kv_cache_dtype),
      eager: orUndefined(row.enforce_eager),
      prefixCaching: orUndefined(row.prefix_caching),
      speculation: speculationOf(row, shape),
      dtypeBytes: dtypeBytes(row.dtype),
    },
    known: {
      version: stated !== undefined,
      maxSequences: typeof row.max_num_seqs === 'number',
      batchedTokens: typeof row.max_num_batched_tokens === 'number',
    },
  };
};

/** Tokens that the usual recipes guess at a time, where the flag's text was cut off before it says. */
const usualGuess = 3;

/** Layers of drafters that are checkpoints of their own and more than a layer. */
const drafters: readonly (readonly [pattern: RegExp, layers: number])[] = [[/laguna-s.*dflash/i, 6]];

const speculationOf = (
  row: Given,
  shape: ModelShape,
): { tokens: number; draftLayers: number } | undefined => {
  const text = row.speculative;
  if (!text) return undefined;
  const [, count] = /(?:num_speculative_tokens\W+|n\s*=\s*)(\d+)/.exec(text) ?? [];
  const own = drafters.find(([pattern]) => pattern.test(text))?.[1];
  const small = /mtp|eagle|nextn/i.test(text) ? Math.max(1, shape.draftLayers) : 0;
  return { tokens: count ? Number(count) : usualGuess, draftLayers: own ?? small };
};

/** Predicts one start-up from what was given; nothing else of the row is seen. Pure. */
export const predict = (row: Given, models: Readonly<Record<string, ModelFacts>>): Predicted | NotCovered => {
  const shape = shapeOfStartUp(row, models);
  if (!shape) return { whyNot: `nothing is known of the model ${row.model ?? 'that was started'}` };
  const card = cardOf(row);
  const facts = factsFor(row, shape, card ?? anyCard);
  const ranks = (row.tensor_parallel ?? 1) * (row.pipeline_parallel ?? 1);
  const byCount = estimateWeights(shape, bytesPerWeight(row.quantization, row.model), ranks);
  const stated = row.weights_gib;
  const weights = typeof stated === 'number' ? { gib: stated, error: 0 } : byCount;
  return {
    shape,
    estimate: estimateStart({ ...facts, weights: weights ?? { gib: 0, error: 0 } }),
    byParameters: byCount && estimateStart({ ...facts, weights: byCount }),
    poolIsKnown: card !== undefined && weights !== undefined,
  };
};
