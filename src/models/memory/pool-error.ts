import type { ModelShape } from '../shape/shape.ts';
import type { Activation } from './activation.ts';
import type { SettledOptions } from './options.ts';
import { has } from './version.ts';

/** What was stated; what was not is an assumption that may be wrong. */
export interface Known {
  readonly version: boolean;
  readonly maxSequences: boolean;
  readonly batchedTokens: boolean;
}

interface ErrorFacts {
  readonly shape: ModelShape;
  readonly options: SettledOptions;
  readonly parts: { readonly graphs: number; readonly activation: number };
  readonly activation: Activation;
  readonly weightsError: number;
  readonly known: Partial<Known> | undefined;
}

/** One source of error: GiB that the cache may be smaller (`down`) or larger (`up`) than estimated. */
interface PoolError {
  readonly down: number;
  readonly up: number;
}

/** Independent errors add up by their squares. */
const together = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0));

/** Rounding in logs, the context of CUDA: what is left when everything is stated. */
const always = 0.25;
const towers = 0.3;
const ranks = 0.3;
const oldEngine = 0.45;
const unknownVersion = 0.9;

/**
 * Nine times in ten the cache is no further off than this; the shares were set on the recorded
 * start-ups (docs/planning.md has the figures). Not symmetric: fewer sequences than assumed leave more, never less.
 */
export const poolError = (facts: ErrorFacts): PoolError => {
  const { shape, options, parts, activation, weightsError, known = {} } = facts;
  const either = [
    always,
    weightsError,
    shape.multimodal ? towers : 0,
    options.tensorParallel > 1 ? ranks : 0,
    has(options.vllm, 'v1') ? 0 : oldEngine,
    known.version === false ? unknownVersion : 0,
    0.6 * parts.graphs,
    shape.experts === null ? 0 : 0.15 * activation.workspace,
  ];
  const assumed =
    (known.maxSequences === false ? 0.2 * activation.sampler : 0) +
    (known.batchedTokens === false ? 0.2 * activation.forward : 0);
  return { down: together([...either, assumed]), up: together([...either, 1.5 * assumed]) };
};
