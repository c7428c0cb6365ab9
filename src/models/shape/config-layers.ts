import type { Figures } from './config-format.ts';
import type { AttentionLayers, LayerGroup, StateLayers } from './shape.ts';

/** What a layer of a model keeps: a cache of all tokens, of a window, of a chunk, a latent, a state, or nothing. */
type Kind = 'full' | 'sliding' | 'chunked' | 'state' | 'nothing';

const kindOfWord = (word: string): Kind => {
  if (/linear|mamba|^M$|ssm|recurrent|conv/i.test(word)) return 'state';
  if (/sliding|local/i.test(word)) return 'sliding';
  if (/chunk/i.test(word)) return 'chunked';
  return /attention|full|global|^\*$/i.test(word) ? 'full' : 'nothing';
};

/** Families whose config.json gives a rule in place of a list, by model_type. */
const everyNth = (layers: number, nth: number, other: Kind): readonly Kind[] =>
  Array.from({ length: layers }, (_, index) => ((index + 1) % nth === 0 ? 'full' : other));

const byRule = (figures: Figures, layers: number): readonly Kind[] => {
  const type = figures.model_type ?? '';
  if (figures.full_attention_interval) return everyNth(layers, figures.full_attention_interval, 'state');
  if (/qwen3_next/.test(type)) return everyNth(layers, 4, 'state');
  if (/^gemma2/.test(type)) return everyNth(layers, 2, 'sliding');
  const pattern = figures.sliding_window_pattern;
  if (/^gemma3/.test(type) || typeof pattern === 'number') {
    return everyNth(layers, typeof pattern === 'number' ? pattern : 6, 'sliding');
  }
  if (figures.attention_chunk_size) {
    const rope = figures.no_rope_layers;
    if (rope?.length === layers) return rope.map((one) => (one === 0 ? 'full' : 'chunked'));
    return everyNth(layers, 4, 'chunked');
  }
  const windowed = figures.sliding_window && figures.use_sliding_window !== false;
  return Array.from({ length: layers }, () => (windowed ? 'sliding' : 'full'));
};

const kindsOf = (figures: Figures, layers: number): readonly Kind[] => {
  if (figures.hybrid_override_pattern) return [...figures.hybrid_override_pattern].map(kindOfWord);
  const words = figures.layers_block_type ?? figures.layer_types;
  const kinds = words?.length ? words.map(kindOfWord) : byRule(figures, layers);
  // The last layers of Gemma 3n and 4 look into the cache of earlier ones.
  return kinds.slice(0, layers - (figures.num_kv_shared_layers ?? 0));
};

const single = (value: number | readonly number[] | null | undefined): number | undefined =>
  typeof value === 'number' ? value : value === null || value === undefined ? undefined : Math.max(...value);

const attention = (figures: Figures, kind: AttentionLayers['kind'], count: number): AttentionLayers => {
  const heads = figures.num_attention_heads ?? 1;
  const ownWidth = figures.head_dim ?? (figures.hidden_size ?? 0) / heads;
  const width = kind === 'full' ? (figures.global_head_dim ?? ownWidth) : ownWidth;
  const kvHeads = single(figures.num_key_value_heads) ?? heads;
  const window = kind === 'sliding' ? figures.sliding_window : figures.attention_chunk_size;
  return {
    kind,
    count,
    kvHeads: kind === 'full' ? (figures.num_global_key_value_heads ?? kvHeads) : kvHeads,
    keyWidth: width,
    valueWidth: width,
    window: kind === 'full' ? 0 : (window ?? 0),
  };
};

const bytesOf = (dtype: string | null | undefined, otherwise: 2 | 4): 2 | 4 => {
  if (!dtype || dtype === 'auto') return otherwise;
  return /32/.test(dtype) ? 4 : 2;
};

/** Defaults of the configuration classes where config.json is silent: Qwen's 16 key and 32 value heads of 128. */
const deltaState = (figures: Figures, count: number): StateLayers => {
  const keyChannels = (figures.linear_num_key_heads ?? 16) * (figures.linear_key_head_dim ?? 128);
  const valueHeads = figures.linear_num_value_heads ?? 32;
  const valueWidth = figures.linear_value_head_dim ?? 128;
  return {
    kind: 'state',
    count,
    stateElements: valueHeads * valueWidth * (figures.linear_key_head_dim ?? 128),
    // Qwen3-Next computes its state in the model's own type, its successors in float32.
    stateBytes: bytesOf(figures.mamba_ssm_dtype, /qwen3_next/.test(figures.model_type ?? '') ? 2 : 4),
    convolutionChannels: 2 * keyChannels + valueHeads * valueWidth,
    convolutionWidth: figures.linear_conv_kernel_dim ?? 4,
  };
};

const mambaState = (figures: Figures, count: number): StateLayers => {
  const inner = (figures.mamba_expand ?? 2) * (figures.hidden_size ?? 0);
  const stated = figures.mamba_head_dim ?? figures.mamba_d_head;
  const heads = figures.mamba_num_heads ?? figures.mamba_n_heads ?? inner / 64;
  const width = typeof stated === 'number' ? stated : inner / heads;
  const state = figures.ssm_state_size ?? figures.mamba_d_state ?? 128;
  const groups = figures.n_groups ?? figures.mamba_n_groups ?? 1;
  return {
    kind: 'state',
    count,
    stateElements: heads * width * state,
    stateBytes: bytesOf(figures.mamba_ssm_cache_dtype, 2),
    convolutionChannels: heads * width + 2 * groups * state,
    convolutionWidth: figures.conv_kernel ?? figures.mamba_d_conv ?? 4,
  };
};

const stateLayers = (figures: Figures, count: number): StateLayers => {
  const mamba = figures.mamba_num_heads ?? figures.mamba_n_heads ?? figures.mamba_d_state;
  return typeof mamba === 'number' ? mambaState(figures, count) : deltaState(figures, count);
};

/** The layers of a config.json, by what they keep. */
export const layersOfConfig = (figures: Figures): readonly LayerGroup[] => {
  const layers = figures.num_hidden_layers ?? figures.layers_block_type?.length ?? 0;
  const kinds = kindsOf(figures, layers);
  const count = (kind: Kind): number => kinds.filter((one) => one === kind).length;
  const rank = figures.kv_lora_rank;
  const fullLayers: readonly LayerGroup[] =
    typeof rank === 'number'
      ? [{ kind: 'latent', count: count('full'), width: rank + (figures.qk_rope_head_dim ?? 0) }]
      : [attention(figures, 'full', count('full'))];
  return [
    ...fullLayers,
    attention(figures, 'sliding', count('sliding')),
    attention(figures, 'chunked', count('chunked')),
    stateLayers(figures, count('state')),
  ].filter((group) => group.count > 0);
};
