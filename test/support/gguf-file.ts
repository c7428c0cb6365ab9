/** A value of a GGUF header, as tests write it. */
export type GgufValue = string | number | boolean | readonly string[] | readonly number[];

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

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.byteLength), bytes]);
};

const typed = (value: GgufValue): Buffer => {
  if (typeof value === 'string') return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === 'number') return Buffer.concat([uint32(4), uint32(value)]);
  if (typeof value === 'boolean') return Buffer.concat([uint32(7), Buffer.from([value ? 1 : 0])]);
  const ofText = typeof value[0] === 'string';
  const items = value.map((one) => (typeof one === 'string' ? text(one) : uint32(one)));
  return Buffer.concat([uint32(9), uint32(ofText ? 8 : 4), uint64(value.length), ...items]);
};

export const plainLlama: Readonly<Record<string, GgufValue>> = {
  'general.architecture': 'llama',
  'general.name': 'Tiny',
  'general.license': 'apache-2.0',
  'llama.context_length': 2048,
  'llama.block_count': 4,
  'llama.embedding_length': 64,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.tokens': ['<s>', 'a', 'b'],
  'tokenizer.chat_template': '{% if tools %}{{ tools }}{% endif %}{{ messages }}',
};

/**
 * A GGUF file (version 3) with these header values and one F32 tensor of `elements`; its data is a sequence of bytes
 * that repeats late, so that a swapped or shifted part is noticed.
 */
export const ggufFile = (values: Readonly<Record<string, GgufValue>> = plainLlama, elements = 64): Buffer => {
  const entries = Object.entries(values);
  const tensor = [text('weights'), uint32(1), uint64(elements), uint32(0), uint64(0)];
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(1),
    uint64(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), typed(value)]),
    ...tensor,
  ]);
  const padding = Buffer.alloc((32 - (head.byteLength % 32)) % 32);
  const data = Buffer.from(
    Uint8Array.from({ length: elements * 4 }, (_, index) => (index * 7 + (index >> 8)) % 251),
  );
  return Buffer.concat([head, padding, data]);
};
