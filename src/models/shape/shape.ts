/**
 * What of a model decides memory: pure figures, whichever file they were read from (config.json, a GGUF header, the
 * catalogue). Heads and widths are those of the whole model; a rank's share is worked out where it is needed.
 */
export interface ModelShape {
  readonly layers: readonly LayerGroup[];
  readonly hidden: number;
  /** Width between the two halves of a dense feed-forward layer; null where every layer is a mixture of experts. */
  readonly intermediate: number | null;
  readonly vocabulary: number;
  readonly attentionHeads: number | null;
  readonly experts: Experts | null;
  /** Of all weights, those of all experts among them. */
  readonly parameters: number | null;
  /** Has a tower for pictures or sound, whose profile run takes memory of its own. */
  readonly multimodal: boolean;
  /** Layers that a built-in drafter adds (multi-token prediction); used only where speculation is switched on. */
  readonly draftLayers: number;
  /** How the checkpoint itself wants its cache kept, e.g. `fp8` where it ships scales; null: as its weights. */
  readonly cacheFormat: string | null;
  /** Bytes of one weight while computing: 2 for bf16 and half. */
  readonly dtypeBytes: number;
  readonly tiedEmbeddings: boolean;
  /** Tokens it was made for. */
  readonly contextTokens: number | null;
}

export interface Experts {
  readonly count: number;
  /** At work per token. */
  readonly perToken: number;
  /** Width of one expert. */
  readonly intermediate: number;
  /** Its kernels keep no workspace of their own (gpt-oss in MXFP4). */
  readonly fused?: true;
}

/** Layers of one kind. */
export type LayerGroup = AttentionLayers | LatentLayers | StateLayers;

/** Keys and values per head, of every token or of a window. */
export interface AttentionLayers {
  readonly kind: 'full' | 'sliding' | 'chunked';
  readonly count: number;
  readonly kvHeads: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** Tokens that a `sliding` or `chunked` layer looks back at; 0 for `full`. */
  readonly window: number;
}

/** Multi-head latent attention: one vector a token, which each rank keeps whole. */
export interface LatentLayers {
  readonly kind: 'latent';
  readonly count: number;
  readonly width: number;
}

/** Linear attention and Mamba: a state per request instead of a cache per token. */
export interface StateLayers {
  readonly kind: 'state';
  readonly count: number;
  /** Elements of the recurrent state of one layer. */
  readonly stateElements: number;
  /** Bytes of each; 4 where the state is kept in float32. */
  readonly stateBytes: number;
  /** Channels and width of the short convolution before it; its width counts the current token. */
  readonly convolutionChannels: number;
  readonly convolutionWidth: number;
}

/** How many layers keep something, whatever their kind. */
export const layerCount = ({ layers }: ModelShape): number =>
  layers.reduce((sum, { count }) => sum + count, 0);

/** The same layers with `count` more full-attention ones, as a drafter that is loaded beside the model adds. */
export const withDraftLayers = (shape: ModelShape, count: number): ModelShape => {
  if (count === 0) return shape;
  const at = shape.layers.findIndex(({ kind }) => kind === 'full' || kind === 'latent');
  return {
    ...shape,
    layers: shape.layers.map((group, index) =>
      index === at ? { ...group, count: group.count + count } : group,
    ),
  };
};
