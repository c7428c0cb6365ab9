import type { Experts, LayerGroup, ModelShape } from '../../src/models/shape/shape.ts';
import type { ModelFacts } from './start-up.ts';

/** Names of models that look at pictures, for facts that do not say so. */
const picturesByName = /vl\b|vl-|vision|gemma-3-(4|12|27)|gemma-4|llama-4|llava|ocr|mistral-small-3\.[12]/i;

/** What the configuration class of Qwen's linear attention has where config.json is silent. */
const linear = { keyHeads: 16, valueHeads: 32, width: 128, convolution: 4 };

const stateLayers = (facts: ModelFacts, count: number): LayerGroup => {
  const keyHeads = facts.linear_num_key_heads ?? linear.keyHeads;
  const valueHeads = facts.linear_num_value_heads ?? linear.valueHeads;
  const keyWidth = facts.linear_key_head_dim ?? linear.width;
  const valueWidth = facts.linear_value_head_dim ?? linear.width;
  return {
    kind: 'state',
    count,
    stateElements: valueHeads * keyWidth * valueWidth,
    stateBytes: /32/.test(facts.mamba_ssm_dtype ?? 'float32') ? 4 : 2,
    convolutionChannels: 2 * keyHeads * keyWidth + valueHeads * valueWidth,
    convolutionWidth: facts.linear_conv_kernel_dim ?? linear.convolution,
  };
};

const layerGroup = (facts: ModelFacts, layer: ModelFacts['layers'][number]): LayerGroup => {
  const { type, n: count } = layer;
  if (type === 'mamba') return stateLayers(facts, count);
  if (type === 'mla') return { kind: 'latent', count, width: layer.bytes_elems ?? facts.head_dim ?? 0 };
  const width = layer.hd ?? facts.head_dim ?? 0;
  return {
    kind: type === 'sliding' || type === 'chunked' ? type : 'full',
    count,
    kvHeads: layer.kvh ?? facts.num_key_value_heads ?? 1,
    keyWidth: width,
    valueWidth: width,
    window: layer.window ?? 0,
  };
};

/** Where the facts name no width of one expert: what the parameters leave for it, unless the dense width is near. */
const expertWidth = (facts: ModelFacts, experts: number, layers: number): number => {
  const stated = facts.moe_intermediate_size;
  if (typeof stated === 'number') return stated;
  const { hidden_size: hidden, vocab_size: vocabulary, params_b: billions } = facts;
  const dense = facts.intermediate_size ?? 0;
  if (typeof billions !== 'number') return dense;
  const left = (billions * 1e9 - 2 * vocabulary * hidden) / (3 * layers * experts * hidden);
  return Math.abs(dense - left) < left / 4 ? dense : Math.round(left);
};

/** Models whose experts come in MXFP4 alone; their kernels keep no workspace. */
const fusedByName = /gpt-oss/i;

const expertsOf = (facts: ModelFacts, name: string): Experts | null => {
  const { num_experts: count } = facts;
  if (typeof count !== 'number') return null;
  const layers = facts.num_hidden_layers ?? facts.layers.reduce((sum, { n }) => sum + n, 0);
  return {
    count,
    perToken: facts.num_experts_per_tok ?? Math.min(6, count),
    intermediate: expertWidth(facts, count, layers),
    ...(fusedByName.test(name) ? { fused: true as const } : {}),
  };
};

/** The shape of a model from the facts in a calibration file. `name` is the key of the facts and the model's id. */
export const shapeOfFacts = (facts: ModelFacts, name: string): ModelShape => {
  const experts = expertsOf(facts, name);
  return {
    layers: facts.layers.map((layer) => layerGroup(facts, layer)),
    hidden: facts.hidden_size,
    intermediate: experts ? null : (facts.intermediate_size ?? null),
    vocabulary: facts.vocab_size,
    attentionHeads: facts.num_attention_heads ?? null,
    experts,
    parameters: typeof facts.params_b === 'number' ? facts.params_b * 1e9 : null,
    multimodal: picturesByName.test(name),
    draftLayers: facts.layers.some(({ type }) => type === 'mamba') ? 1 : 0,
    cacheFormat: null,
    dtypeBytes: 2,
    tiedEmbeddings: false,
    contextTokens: null,
  };
};
