import type { GgufHeader } from '../gguf/read-gguf.ts';
import type { AttentionLayers, Experts, LayerGroup, ModelShape } from './shape.ts';

const attention = (
  kind: 'full' | 'sliding',
  count: number,
  kvHeads: number,
  keyWidth: number,
  valueWidth: number,
  window: number,
): AttentionLayers => ({ kind, count, kvHeads, keyWidth, valueWidth, window });

/** The shape of a model from a GGUF header; undefined where the header says too little. Pure. */
export const shapeOfGguf = ({ values, parameters }: GgufHeader): ModelShape | undefined => {
  const architecture = values.get('general.architecture');
  const figure = (key: string): number | undefined => {
    const value = values.get(`${String(architecture)}.${key}`);
    if (Array.isArray(value)) return Math.max(...value.filter((one) => typeof one === 'number'));
    return typeof value === 'number' ? value : undefined;
  };
  const [layers, hidden] = [figure('block_count'), figure('embedding_length')];
  const heads = figure('attention.head_count');
  const words = values.get('tokenizer.ggml.tokens');
  const vocabulary = figure('vocab_size') ?? (typeof words === 'object' ? words.length : undefined);
  if (!layers || !hidden || !heads || !vocabulary) return undefined;
  const kvHeads = figure('attention.head_count_kv') ?? heads;
  const keyWidth = figure('attention.key_length') ?? hidden / heads;
  const valueWidth = figure('attention.value_length') ?? hidden / heads;
  const rank = figure('attention.kv_lora_rank');
  const window = figure('attention.sliding_window') ?? 0;
  const pattern = window > 0 ? (figure('attention.sliding_window_pattern') ?? 0) : 0;
  const full = pattern > 1 ? Math.floor(layers / pattern) : layers;
  const groups: readonly LayerGroup[] =
    rank === undefined
      ? [
          attention('full', full, kvHeads, keyWidth, valueWidth, 0),
          attention('sliding', layers - full, kvHeads, keyWidth, valueWidth, window),
        ]
      : [{ kind: 'latent', count: layers, width: rank + (figure('rope.dimension_count') ?? 64) }];
  const count = figure('expert_count');
  const experts: Experts | null = count
    ? {
        count,
        perToken: figure('expert_used_count') ?? 2,
        intermediate: figure('expert_feed_forward_length') ?? figure('feed_forward_length') ?? hidden,
      }
    : null;
  return {
    layers: groups.filter((group) => group.count > 0),
    hidden,
    intermediate: experts ? null : (figure('feed_forward_length') ?? null),
    vocabulary,
    attentionHeads: heads,
    experts,
    parameters,
    multimodal: false,
    draftLayers: 0,
    cacheFormat: null,
    dtypeBytes: 2,
    tiedEmbeddings: false,
    contextTokens: figure('context_length') ?? null,
  };
};
