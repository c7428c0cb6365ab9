import { z } from 'zod';

/** A field that is absent, null or of another form is one that the source does not state. */
const text = z.string().nullish().catch(null);
const figure = z.number().nullish().catch(null);
const truth = z.boolean().nullish().catch(null);

/**
 * A logged start-up as far as a prediction may see it: what was started, on what, and how. Everything else in a row is
 * dropped by the schema, so that no prediction can lean on it.
 */
export const given = z.object({
  vllm_version: text,
  /** The hub id or path, and the key of its facts in the same file. */
  model: text,
  kv_model: text,
  quantization: text,
  dtype: text,
  gpu: text,
  gpu_total_gib: figure,
  tensor_parallel: figure,
  pipeline_parallel: figure,
  gpu_memory_utilization: figure,
  max_model_len: figure,
  max_num_seqs: figure,
  max_num_batched_tokens: figure,
  kv_cache_dtype: text,
  enforce_eager: truth,
  prefix_caching: truth,
  speculative: text,
  weights_gib: figure,
});

/** What the log says, to compare with. The cache's size is also where the exact half begins: tokens from GiB. */
const logged = z.object({
  id: z.string(),
  kv_cache_gib: figure,
  kv_tokens: figure,
  max_concurrency: figure,
  outcome: text,
});

const layer = z.object({
  type: z.string(),
  n: z.number(),
  kvh: figure,
  hd: figure,
  window: figure,
  bytes_elems: figure,
});

/** A model's facts, named as in its config.json. */
const modelFacts = z.object({
  num_hidden_layers: figure,
  num_attention_heads: figure,
  num_key_value_heads: figure,
  head_dim: figure,
  hidden_size: z.number(),
  vocab_size: z.number(),
  intermediate_size: figure,
  params_b: figure,
  num_experts: figure,
  num_experts_per_tok: figure,
  moe_intermediate_size: figure,
  linear_num_key_heads: figure,
  linear_num_value_heads: figure,
  linear_key_head_dim: figure,
  linear_value_head_dim: figure,
  linear_conv_kernel_dim: figure,
  mamba_ssm_dtype: text,
  layers: z.array(layer).min(1),
});

const startUp = given.extend(logged.shape);

/** A file of start-ups: `{models, cases}`. */
const file = z.object({ models: z.record(z.string(), z.unknown()), cases: z.array(startUp) });

export interface StartUpFile {
  readonly models: Readonly<Record<string, ModelFacts>>;
  readonly cases: readonly StartUp[];
}

/** Reads such a file, parsed. Facts of another form are left out: their rows are then not covered. Throws ZodError. */
export const readStartUps = (json: unknown): StartUpFile => {
  const { models, cases } = file.parse(json);
  const known = Object.entries(models).flatMap(([key, value]) => {
    const facts = modelFacts.safeParse(value);
    return facts.success ? [[key, facts.data] as const] : [];
  });
  return { models: Object.fromEntries(known), cases };
};

export type Given = z.infer<typeof given>;
export type StartUp = z.infer<typeof startUp>;
export type ModelFacts = z.infer<typeof modelFacts>;
