import type { LlamaModel } from './library.ts';

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
