import type { FlashAttention, Llama, LlamaModel } from './library.ts';

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

/** How a model is best evaluated on what it runs on. */
export interface EvaluationStyle {
  readonly flashAttention: FlashAttention;
  /** Most prompt tokens in one step. */
  readonly largestChunk: number;
}

/**
 * On a processor llama.cpp's flash attention computes chunks of 64 tokens otherwise than single ones: an answer would
 * depend on who else is being served. Without it each token's result is its own, and decoding at depth is 1.6 to 2.2
 * times as fast; prompts in large chunks are a quarter slower (measured at 1k to 4k tokens). Graphics cards are made
 * for it, and for large chunks.
 */
export const evaluationStyle = ({ gpu }: Pick<Llama, 'gpu'>): EvaluationStyle =>
  gpu === false
    ? { flashAttention: false, largestChunk: 128 }
    : { flashAttention: 'auto', largestChunk: 512 };
