import { expect, test } from 'vitest';
import { findVllmModel } from '../catalog/vllm/catalog.ts';
import { cacheLayout } from '../memory/cache-layout.ts';
import type { CardMemory } from '../memory/options.ts';
import { settleOptions } from '../memory/settle-options.ts';
import { shapeOfConfig } from './from-config.ts';
import type { ModelShape } from './shape.ts';

const shapeOf = (json: unknown): ModelShape => {
  const read = shapeOfConfig(json);
  if ('problem' in read) throw new Error(read.problem);
  return read.shape;
};

const alternating = (layers: number, nth: number, other: string): readonly string[] =>
  Array.from({ length: layers }, (_, index) => ((index + 1) % nth === 0 ? 'full_attention' : other));

const qwen36 = {
  architectures: ['Qwen3_5ForConditionalGeneration'],
  model_type: 'qwen3_5',
  vision_config: { depth: 27 },
  text_config: {
    model_type: 'qwen3_5_text',
    hidden_size: 5120,
    intermediate_size: 17_408,
    vocab_size: 248_320,
    num_hidden_layers: 64,
    num_attention_heads: 24,
    num_key_value_heads: 4,
    head_dim: 256,
    layer_types: alternating(64, 4, 'linear_attention'),
    linear_num_key_heads: 16,
    linear_num_value_heads: 48,
    linear_key_head_dim: 128,
    linear_value_head_dim: 128,
    linear_conv_kernel_dim: 4,
    mamba_ssm_dtype: 'float32',
    mtp_num_hidden_layers: 1,
    max_position_embeddings: 262_144,
  },
};

const gemma4 = {
  model_type: 'gemma4',
  vision_config: {},
  text_config: {
    model_type: 'gemma4_text',
    hidden_size: 2560,
    intermediate_size: 10_240,
    vocab_size: 262_144,
    num_hidden_layers: 42,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    num_global_key_value_heads: null,
    head_dim: 256,
    global_head_dim: 512,
    num_kv_shared_layers: 18,
    sliding_window: 512,
    layer_types: alternating(42, 6, 'sliding_attention'),
    tie_word_embeddings: true,
    max_position_embeddings: 131_072,
  },
};

const glm = {
  model_type: 'glm4_moe_lite',
  num_hidden_layers: 47,
  hidden_size: 2048,
  num_attention_heads: 20,
  num_key_value_heads: 20,
  intermediate_size: 10_240,
  vocab_size: 154_880,
  max_position_embeddings: 202_752,
  n_routed_experts: 64,
  num_experts_per_tok: 4,
  moe_intermediate_size: 1536,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
};

const granite = {
  model_type: 'granitemoehybrid',
  hidden_size: 4096,
  num_hidden_layers: 40,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  num_local_experts: 72,
  num_experts_per_tok: 10,
  intermediate_size: 768,
  mamba_d_state: 128,
  mamba_d_conv: 4,
  mamba_d_head: 64,
  mamba_expand: 2,
  mamba_n_groups: 1,
  mamba_n_heads: 128,
  layer_types: Array.from({ length: 40 }, (_, index) => (index % 10 === 5 ? 'attention' : 'mamba')),
  tie_word_embeddings: true,
  vocab_size: 100_352,
  max_position_embeddings: 131_072,
};

const nemotron = {
  model_type: 'nemotron_h',
  hidden_size: 2688,
  num_hidden_layers: 52,
  hybrid_override_pattern: 'MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME',
  num_attention_heads: 32,
  num_key_value_heads: 2,
  head_dim: 128,
  mamba_num_heads: 64,
  mamba_head_dim: 64,
  ssm_state_size: 128,
  n_groups: 8,
  conv_kernel: 4,
  mamba_ssm_cache_dtype: 'float32',
  n_routed_experts: 128,
  num_experts_per_tok: 6,
  moe_intermediate_size: 1856,
  vocab_size: 131_072,
  max_position_embeddings: 262_144,
};

const gptOss = {
  model_type: 'gpt_oss',
  hidden_size: 2880,
  intermediate_size: 2880,
  num_hidden_layers: 24,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  num_local_experts: 32,
  num_experts_per_tok: 4,
  sliding_window: 128,
  layer_types: alternating(24, 2, 'sliding_attention'),
  vocab_size: 201_088,
  max_position_embeddings: 131_072,
};

const card: CardMemory = { totalGib: 80, nvlink: false, smallDefaults: false };

const layoutOf = (shape: ModelShape) => {
  const layout = cacheLayout(shape, settleOptions({ vllm: 32, contextTokens: 32_768 }, card));
  return { bytes: layout.blockBytes, blocks: layout.blocksFor(32_768) };
};

// What is read from a config.json and what the catalogue says come to the same cache.
test.each([
  ['Qwen3.6-27B', qwen36],
  ['gemma-4-E4B-it', gemma4],
  ['GLM-4.7-Flash', glm],
  ['granite-4.0-h-small', granite],
  ['Nemotron-3-Nano-30B-A3B', nemotron],
  ['gpt-oss-20b', gptOss],
])('config.json of %s', (name, json) => {
  const read = shapeOf(json);
  const known = findVllmModel(name)?.shape.value;
  expect(layoutOf(read)).toEqual(known && layoutOf(known));
  expect(read.experts).toEqual(known?.experts);
  expect(read).toMatchObject({
    hidden: known?.hidden,
    vocabulary: known?.vocabulary,
    attentionHeads: known?.attentionHeads,
    multimodal: known?.multimodal,
    tiedEmbeddings: known?.tiedEmbeddings,
    contextTokens: known?.contextTokens,
  });
});

const plain = {
  hidden_size: 4096,
  intermediate_size: 14_336,
  vocab_size: 32_000,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
};

test('rules in place of lists', () => {
  const kinds = (json: object) =>
    shapeOf({ ...plain, ...json }).layers.map(({ kind, count }) => `${count} ${kind}`);
  expect(kinds({})).toEqual(['32 full']);
  expect(kinds({ model_type: 'mistral', sliding_window: 4096 })).toEqual(['32 sliding']);
  expect(kinds({ model_type: 'qwen2', sliding_window: 4096, use_sliding_window: false })).toEqual([
    '32 full',
  ]);
  expect(kinds({ model_type: 'gemma2', sliding_window: 4096 })).toEqual(['16 full', '16 sliding']);
  expect(kinds({ model_type: 'gemma3_text', sliding_window: 1024 })).toEqual(['5 full', '27 sliding']);
  expect(kinds({ model_type: 'llama4_text', attention_chunk_size: 8192 })).toEqual(['8 full', '24 chunked']);
  expect(kinds({ model_type: 'qwen3_next' })).toEqual(['8 full', '24 state']);
});

test('a width of heads that is not stated is the share of the hidden width', () => {
  expect(shapeOf(plain).layers).toEqual([
    { kind: 'full', count: 32, kvHeads: 8, keyWidth: 128, valueWidth: 128, window: 0 },
  ]);
});

test('scales for the cache in a checkpoint', () => {
  const format = (quantization_config: object) => shapeOf({ ...plain, quantization_config }).cacheFormat;
  expect(
    format({ quant_method: 'compressed-tensors', kv_cache_scheme: { num_bits: 8, type: 'float' } }),
  ).toBe('fp8');
  expect(format({ quant_method: 'modelopt', kv_cache_quant_algo: 'FP8' })).toBe('fp8');
  expect(format({ quant_method: 'awq', bits: 4 })).toBeNull();
});

test('a file that says too little is a problem in words', () => {
  expect(shapeOfConfig([])).toHaveProperty('problem');
  expect(shapeOfConfig({ hidden_size: 'wide' })).toEqual({
    problem: expect.stringMatching(/^its config\.json is of another form \(hidden_size: /),
  });
  expect(shapeOfConfig({ num_hidden_layers: 3 })).toEqual({
    problem: 'its config.json names no hidden_size or vocab_size',
  });
  expect(shapeOfConfig({ hidden_size: 8, vocab_size: 8 })).toEqual({
    problem: 'its config.json names no layers that keep a cache',
  });
});
