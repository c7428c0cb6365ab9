import type { AttentionLayers, LatentLayers, ModelShape, StateLayers } from '../../shape/shape.ts';

/** Full attention: layers, KV heads, width of one. */
export const full = (count: number, kvHeads: number, width: number): AttentionLayers => ({
  kind: 'full',
  count,
  kvHeads,
  keyWidth: width,
  valueWidth: width,
  window: 0,
});

/** Attention over the last `window` tokens. */
export const sliding = (count: number, kvHeads: number, width: number, window: number): AttentionLayers => ({
  ...full(count, kvHeads, width),
  kind: 'sliding',
  window,
});

/** Latent attention: rank of the latent and width of the rotary part. */
export const latent = (count: number, rank: number, rotary: number): LatentLayers => ({
  kind: 'latent',
  count,
  width: rank + rotary,
});

/** Gated delta networks of Qwen: heads for keys and for values, all 128 wide; states in float32 unless said. */
export const deltaNet = (
  count: number,
  keyHeads: number,
  valueHeads: number,
  stateBytes: 2 | 4 = 4,
): StateLayers => ({
  kind: 'state',
  count,
  stateElements: valueHeads * 128 * 128,
  stateBytes,
  convolutionChannels: 2 * keyHeads * 128 + valueHeads * 128,
  convolutionWidth: 4,
});

/** Mamba 2: heads, their width, size of the state, groups. */
export const mamba = (
  count: number,
  heads: number,
  width: number,
  state: number,
  groups: number,
  stateBytes: 2 | 4,
): StateLayers => ({
  kind: 'state',
  count,
  stateElements: heads * width * state,
  stateBytes,
  convolutionChannels: heads * width + 2 * groups * state,
  convolutionWidth: 4,
});

type Required = Pick<ModelShape, 'layers' | 'hidden' | 'vocabulary' | 'parameters' | 'contextTokens'>;

/** A shape with what most models have: bf16, no towers, no experts, no drafter. */
export const shape = (stated: Required & Partial<ModelShape>): ModelShape => ({
  intermediate: null,
  attentionHeads: null,
  experts: null,
  multimodal: false,
  draftLayers: 0,
  cacheFormat: null,
  dtypeBytes: 2,
  tiedEmbeddings: false,
  ...stated,
});
