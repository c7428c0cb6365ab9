import type { ModelShape } from '../shape/shape.ts';
import type { SettledOptions } from './options.ts';
import { has } from './version.ts';

const gib = 1024 ** 3;

/** Peak memory of the profile run beside the weights, GiB on one rank. */
export interface Activation {
  /** One pass over as many tokens as a batch may have. */
  readonly forward: number;
  /** Choosing the next token for as many sequences as there may be; nothing where no token is chosen. */
  readonly sampler: number;
  /** What the experts compute in. */
  readonly workspace: number;
  /** Towers for pictures and sound. */
  readonly towers: number;
  /** What the run takes in all. */
  readonly peak: number;
}

/** What every profile run takes beside its tensors (library workspaces, generators), GiB. */
const fixed = 0.056;

/** What the smallest look at a picture adds, GiB; large pictures and videos take far more, and no law was found. */
const towersAdd = 0.13;

/**
 * Copies of a row of logits, in 4-byte units, that the sampler holds at its worst. Read off start-ups that state their
 * activation: 9.4 to 9.6 with sorting, 3.6 without, about 2.3 in model runner V2.
 */
const copies = (shape: ModelShape, vllm: number): number => {
  if (!has(vllm, 'sortlessSampler')) return 9.48;
  const secondRunner = has(vllm, 'runnerV2') && shape.experts === null && !shape.multimodal;
  return secondRunner ? 2.3 : 3.605;
};

const experts = (
  { experts: mixture, hidden }: ModelShape,
  options: SettledOptions,
  bytes: number,
): number => {
  if (!mixture || mixture.fused) return 0;
  const width = mixture.intermediate / options.tensorParallel;
  // Two buffers for every expert of every token: into the layer's two halves, and out of them.
  const both = Math.max(width, hidden) + Math.max(2 * width, hidden);
  return (options.batchedTokens * mixture.perToken * both * bytes) / gib;
};

/**
 * The activation law. The larger of two passes: through the widest layer with a whole batch of tokens, or through the
 * sampler with every sequence. Pure.
 */
export const activation = (shape: ModelShape, options: SettledOptions): Activation => {
  const { vllm, batchedTokens, tensorParallel, pipelineParallel } = options;
  const bytes = options.dtypeBytes ?? shape.dtypeBytes;
  const sequences = Math.min(options.maxSequences, batchedTokens);
  const kept = has(vllm, 'keptWorkspace');
  const workspace = experts(shape, options, bytes);
  // In and out of the layer, and the gate, the up half and their product in it.
  const inner = (3 * (shape.intermediate ?? 0)) / tensorParallel;
  const handedOn = pipelineParallel > 1 ? 2 * shape.hidden : 0;
  const pass = (batchedTokens * (inner + 3 * shape.hidden + handedOn) * bytes) / gib;
  const forward = pass + (kept ? 0 : workspace);
  const logits = sequences * shape.vocabulary * (4 * copies(shape, vllm) + (bytes - 2));
  const held = (batchedTokens + sequences) * shape.hidden * bytes;
  const sampler = (logits + held) / gib;
  const towers = shape.multimodal ? towersAdd + (batchedTokens * shape.hidden * bytes) / gib : 0;
  const peak = Math.max(forward, sampler) + (kept ? workspace : 0) + towers + fixed;
  return { forward, sampler, workspace, towers, peak };
};

/** The same on a stage that is not the last: no token is chosen there. */
export const stageActivation = (shape: ModelShape, options: SettledOptions): number => {
  const { forward, workspace, towers } = activation(shape, options);
  return forward + (has(options.vllm, 'keptWorkspace') ? workspace : 0) + towers + fixed;
};
