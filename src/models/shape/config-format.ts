import { z } from 'zod';

const figure = z.number().nullish();
const perLayer = z.union([z.number(), z.array(z.number())]).nullish();

/** The figures of a config.json that memory depends on; every family names a few of them only. */
const figures = z.looseObject({
  model_type: z.string().nullish(),
  num_hidden_layers: figure,
  hidden_size: figure,
  intermediate_size: perLayer,
  vocab_size: figure,
  num_attention_heads: figure,
  num_key_value_heads: perLayer,
  head_dim: figure,
  max_position_embeddings: figure,
  tie_word_embeddings: z.boolean().nullish(),
  torch_dtype: z.string().nullish(),
  dtype: z.string().nullish(),
  layer_types: z.array(z.string()).nullish(),
  // Windows and chunks
  sliding_window: figure,
  use_sliding_window: z.boolean().nullish(),
  sliding_window_pattern: z.union([z.number(), z.string()]).nullish(),
  attention_chunk_size: figure,
  no_rope_layers: z.array(z.number()).nullish(),
  // Gemma 3n and 4
  global_head_dim: figure,
  num_global_key_value_heads: figure,
  num_kv_shared_layers: figure,
  // Latent attention
  kv_lora_rank: figure,
  qk_rope_head_dim: figure,
  // Experts
  num_experts: figure,
  num_local_experts: figure,
  n_routed_experts: figure,
  num_experts_per_tok: figure,
  moe_intermediate_size: figure,
  // Gated delta networks
  full_attention_interval: figure,
  linear_num_key_heads: figure,
  linear_num_value_heads: figure,
  linear_key_head_dim: figure,
  linear_value_head_dim: figure,
  linear_conv_kernel_dim: figure,
  mamba_ssm_dtype: z.string().nullish(),
  // Mamba 2
  hybrid_override_pattern: z.string().nullish(),
  layers_block_type: z.array(z.string()).nullish(),
  mamba_num_heads: figure,
  mamba_n_heads: figure,
  mamba_head_dim: figure,
  mamba_d_head: z.union([z.number(), z.string()]).nullish(),
  ssm_state_size: figure,
  mamba_d_state: figure,
  n_groups: figure,
  mamba_n_groups: figure,
  conv_kernel: figure,
  mamba_d_conv: figure,
  mamba_expand: figure,
  mamba_ssm_cache_dtype: z.string().nullish(),
  // Drafters that come with the model
  num_nextn_predict_layers: figure,
  mtp_num_hidden_layers: figure,
});

const quantization = z.looseObject({
  quant_method: z.string().nullish(),
  quant_algo: z.string().nullish(),
  bits: figure,
  kv_cache_scheme: z.looseObject({ num_bits: figure }).nullish(),
  kv_cache_quant_algo: z.string().nullish(),
});

/** A config.json. Models with a tower keep the language model's figures one level down. */
export const configFile = figures.extend({
  architectures: z.array(z.string()).nullish(),
  text_config: figures.nullish(),
  llm_config: figures.nullish(),
  language_config: figures.nullish(),
  vision_config: z.looseObject({}).nullish(),
  audio_config: z.looseObject({}).nullish(),
  quantization_config: quantization.nullish(),
});

export type Figures = z.infer<typeof figures>;
export type ConfigFile = z.infer<typeof configFile>;
