import { z } from 'zod';

/**
 * A logged start-up as far as a prediction may see it: what was started, on what, and how. Everything else in a row is
 * dropped by the schema, so that no prediction can lean on it.
 */
export const given = z.object({
  vllm_version: z.string().nullish(),
  /** The hub id or path, and the key of its facts in the same file. */
  model: z.string().nullish(),
  kv_model: z.string().nullish(),
  quantization: z.string().nullish(),
  dtype: z.string().nullish(),
  gpu: z.string().nullish(),
  gpu_total_gib: z.number().nullish(),
  tensor_parallel: z.number().nullish(),
  pipeline_parallel: z.number().nullish(),
  gpu_memory_utilization: z.number().nullish(),
  max_model_len: z.number().nullish(),
  max_num_seqs: z.number().nullish(),
  max_num_batched_tokens: z.number().nullish(),
  kv_cache_dtype: z.string().nullish(),
  enforce_eager: z.boolean().nullish(),
  prefix_caching: z.boolean().nullish(),
  speculative: z.string().nullish(),
  weights_gib: z.number().nullish(),
});

/** What the log says, to compare with. The cache's size is also where the exact half begins: tokens from GiB. */
export const logged = z.object({
  id: z.string(),
  kv_cache_gib: z.number().nullish(),
  kv_tokens: z.number().nullish(),
  max_concurrency: z.number().nullish(),
  outcome: z.string().nullish(),
});

const layer = z.object({
  type: z.string(),
  n: z.number(),
  kvh: z.number().nullish(),
  hd: z.number().nullish(),
  window: z.number().nullish(),
  bytes_elems: z.number().nullish(),
});

/** A model's facts, named as in its config.json. */
export const modelFacts = z.object({
  num_hidden_layers: z.number().nullish(),
  num_attention_heads: z.number().nullish(),
  num_key_value_heads: z.number().nullish(),
  head_dim: z.number().nullish(),
  hidden_size: z.number(),
  vocab_size: z.number(),
  intermediate_size: z.number().nullish(),
  params_b: z.number().nullish(),
  num_experts: z.number().nullish(),
  num_experts_per_tok: z.number().nullish(),
  moe_intermediate_size: z.number().nullish(),
  linear_num_key_heads: z.number().nullish(),
  linear_num_value_heads: z.number().nullish(),
  linear_key_head_dim: z.number().nullish(),
  linear_value_head_dim: z.number().nullish(),
  linear_conv_kernel_dim: z.number().nullish(),
  mamba_ssm_dtype: z.string().nullish(),
  layers: z.array(layer).min(1),
});

const startUp = given.extend(logged.shape);

/** The file: `{models, cases}`. */
export const startUpFile = z.object({ models: z.record(z.string(), modelFacts), cases: z.array(startUp) });

export type Given = z.infer<typeof given>;
export type StartUp = z.infer<typeof startUp>;
export type ModelFacts = z.infer<typeof modelFacts>;
