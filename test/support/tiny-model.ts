import { writeFileSync } from 'node:fs';

type Value = number | string | boolean | readonly string[] | readonly number[] | { readonly float: number };

/** A float where a whole number would be taken for an integer. */
const float = (value: number): Value => ({ float: value });

const width = 32;
const vocabulary = 259;

/** GGUF's number for a value's type, and its bytes. */
const encode = (value: Value): readonly [type: number, bytes: Buffer] => {
  if (typeof value === 'string') return [8, text(value)];
  if (typeof value === 'boolean') return [7, Buffer.of(value ? 1 : 0)];
  if (typeof value === 'number') return [4, uint32(value)];
  if ('float' in value) return [6, Buffer.from(Float32Array.of(value.float).buffer)];
  const items = value.map((item) => (typeof item === 'string' ? text(item) : uint32(item)));
  const type = typeof value[0] === 'string' ? 8 : 5;
  return [9, Buffer.concat([uint32(type), uint64(items.length), ...items])];
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)]);

interface Tensor {
  readonly name: string;
  /** llama.cpp's order: the innermost first. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const alignment = 32;
const padded = (length: number): number => Math.ceil(length / alignment) * alignment;

const writeGguf = (
  file: string,
  metadata: Readonly<Record<string, Value>>,
  tensors: readonly Tensor[],
): void => {
  const parts = [
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(Object.keys(metadata).length),
  ];
  for (const [key, value] of Object.entries(metadata)) {
    const [type, bytes] = encode(value);
    parts.push(text(key), uint32(type), bytes);
  }
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    parts.push(text(name), uint32(shape.length), ...shape.map(uint64), uint32(0), uint64(offset));
    offset += padded(data.byteLength);
  }
  const head = Buffer.concat(parts);
  const body = tensors.flatMap(({ data }) => [
    Buffer.from(data.buffer),
    Buffer.alloc(padded(data.byteLength) - data.byteLength),
  ]);
  writeFileSync(file, Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length), ...body]));
};

/** Weights that are random and the same each time. */
const weights = () => {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return (name: string, shape: readonly number[], scale = 3): Tensor => {
    const size = shape.reduce((product, n) => product * n, 1);
    const spread = scale / Math.sqrt(shape[0] ?? 1);
    return { name, shape, data: Float32Array.from({ length: size }, () => random() * spread) };
  };
};

const constant = (name: string, shape: readonly number[], value: (i: number) => number): Tensor => ({
  name,
  shape,
  data: Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => value(i)),
});
const ones = (name: string): Tensor => constant(name, [width], () => 1);

/** One token for each byte, and three control tokens. */
const tokenizer: Readonly<Record<string, Value>> = {
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.tokens': [
    ...['<unk>', '<s>', '</s>'],
    ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  ],
  'tokenizer.ggml.token_type': Array.from({ length: vocabulary }, (_, i) => (i === 0 ? 2 : i < 3 ? 3 : 6)),
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
  'tokenizer.ggml.unknown_token_id': 0,
};

/** A model with random weights in which half of the layers see the last 32 tokens only. */
export const writeSlidingWindowModel = (file: string): void => {
  const random = weights();
  const layers = Array.from({ length: 4 }, (_, i) => `blk.${i}`);
  writeGguf(
    file,
    {
      'general.architecture': 'gemma2',
      'gemma2.context_length': 1024,
      'gemma2.embedding_length': width,
      'gemma2.block_count': layers.length,
      'gemma2.feed_forward_length': 64,
      'gemma2.attention.head_count': 2,
      'gemma2.attention.head_count_kv': 2,
      'gemma2.attention.key_length': 32,
      'gemma2.attention.value_length': 32,
      'gemma2.attention.sliding_window': 32,
      'gemma2.attention.layer_norm_rms_epsilon': float(1e-6),
      'gemma2.attn_logit_softcapping': float(50),
      'gemma2.final_logit_softcapping': float(30),
      ...tokenizer,
    },
    [
      random('token_embd.weight', [width, vocabulary]),
      ones('output_norm.weight'),
      ...layers.flatMap((layer) => [
        ones(`${layer}.attn_norm.weight`),
        ones(`${layer}.post_attention_norm.weight`),
        ones(`${layer}.ffn_norm.weight`),
        ones(`${layer}.post_ffw_norm.weight`),
        random(`${layer}.attn_q.weight`, [width, 64]),
        random(`${layer}.attn_k.weight`, [width, 64]),
        random(`${layer}.attn_v.weight`, [width, 64]),
        random(`${layer}.attn_output.weight`, [64, width]),
        random(`${layer}.ffn_gate.weight`, [width, 64]),
        random(`${layer}.ffn_up.weight`, [width, 64]),
        random(`${layer}.ffn_down.weight`, [64, width]),
      ]),
    ],
  );
};

/** A model with random weights that keeps a state and no memory of single tokens. */
export const writeRecurrentModel = (file: string): void => {
  const random = weights();
  const layers = Array.from({ length: 2 }, (_, i) => `blk.${i}`);
  const inner = 64;
  const state = 16;
  const rank = 4;
  writeGguf(
    file,
    {
      'general.architecture': 'mamba',
      'mamba.context_length': 1024,
      'mamba.embedding_length': width,
      'mamba.block_count': layers.length,
      'mamba.feed_forward_length': 0,
      'mamba.attention.head_count': 0,
      'mamba.attention.layer_norm_rms_epsilon': float(1e-5),
      'mamba.ssm.conv_kernel': 4,
      'mamba.ssm.inner_size': inner,
      'mamba.ssm.state_size': state,
      'mamba.ssm.time_step_rank': rank,
      ...tokenizer,
    },
    [
      random('token_embd.weight', [width, vocabulary]),
      ones('output_norm.weight'),
      ...layers.flatMap((layer) => [
        ones(`${layer}.attn_norm.weight`),
        random(`${layer}.ssm_in.weight`, [width, 2 * inner]),
        random(`${layer}.ssm_conv1d.weight`, [4, inner]),
        constant(`${layer}.ssm_conv1d.bias`, [inner], () => 0),
        random(`${layer}.ssm_x.weight`, [inner, rank + 2 * state]),
        random(`${layer}.ssm_dt.weight`, [rank, inner]),
        constant(`${layer}.ssm_dt.bias`, [inner], () => 0),
        constant(`${layer}.ssm_a`, [state, inner], (i) => -1 - (i % state)),
        constant(`${layer}.ssm_d`, [inner], () => 1),
        random(`${layer}.ssm_out.weight`, [inner, width]),
      ]),
    ],
  );
};
