import type { Llama, LlamaModel } from './library.ts';

interface ArchitectureMetadata {
  readonly pooling_type?: unknown;
  readonly attention?: { readonly causal?: unknown };
}

const ownMetadata = ({ fileInfo: { metadata } }: LlamaModel): ArchitectureMetadata =>
  (metadata[metadata.general?.architecture ?? ''] ?? {}) as ArchitectureMetadata;

/** False for models that read a text in both directions and can only make embeddings of it. */
export const canGenerate = (model: LlamaModel): boolean =>
  model.fileInsights.hasDecoder && ownMetadata(model).attention?.causal !== false;

/** GGUF's `pooling_type`: 1 mean and 2 cls look at all of a prompt's tokens. */
const poolsAll: ReadonlySet<unknown> = new Set([1, 2]);

/** Whether a prompt has to be in one batch for its embedding to be right. */
export const embedsInOneBatch = (model: LlamaModel): boolean =>
  !canGenerate(model) || poolsAll.has(ownMetadata(model).pooling_type);

/** How prompts are best evaluated on what the model runs on. */
export interface EvaluationStyle {
  /** Most prompt tokens in one step. */
  readonly largestChunk: number;
  /** How many tokens of a prompt are evaluated in pieces that are all computed in the same way. */
  readonly steadyTokens: number;
  /** Whether attention is computed in llama.cpp's fused way. */
  readonly flashAttention: 'auto' | false;
}

/**
 * On a processor llama.cpp's flash attention computes 64 tokens and more otherwise than fewer, so that an answer would
 * depend on how its prompt was cut, and so on who else was being served. Small pieces cost next to nothing near the
 * beginning of a prompt, but twice the time at 2k tokens (measured): the first 512 are evaluated in small ones.
 *
 * Nor is it used there: at a depth of 2.5k tokens it took 1.7 times as long for a token of an answer, and twice as long
 * for pieces below 64; only larger ones were a fifth quicker (SmolLM2-135M, F16 cache, one thread, bench/engine-runtime).
 */
export const evaluationStyle = ({ gpu }: Pick<Llama, 'gpu'>): EvaluationStyle =>
  gpu === false
    ? { largestChunk: 128, steadyTokens: 512, flashAttention: false }
    : { largestChunk: 512, steadyTokens: 0, flashAttention: 'auto' };

/** The largest piece that llama.cpp computes as it does single tokens. */
const steadyPiece = 63;

/** The most tokens that a prompt may be given at once which has been evaluated up to `position`. */
export const largestPiece = (position: number, { largestChunk, steadyTokens }: EvaluationStyle): number =>
  position < steadyTokens ? steadyPiece : largestChunk;
