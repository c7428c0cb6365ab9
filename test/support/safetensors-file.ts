/** A safetensors file with these tensors, shapes of bf16; its data is zeros. */
export const safetensorsFile = (tensors: Readonly<Record<string, readonly number[]>>): Buffer => {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, shape] of Object.entries(tensors)) {
    const bytes = shape.reduce((product, size) => product * size, 2);
    header[name] = { dtype: 'BF16', shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.byteLength));
  return Buffer.concat([length, text, Buffer.alloc(at)]);
};

/** The config.json of a tiny plain model. */
export const tinyConfig = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  vocab_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 2048,
};
