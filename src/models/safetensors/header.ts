import { z } from 'zod';

/** What the tensors of one or several files come to. */
export interface TensorSums {
  /** Elements; packed 4-bit weights count as they lie in the file. */
  readonly elements: number;
  readonly bytes: number;
  /** Bytes of a drafter that comes along and is loaded only where speculation is on. */
  readonly draftBytes: number;
}

/** Headers are JSON; a sane one of a large shard has some 100 kB. */
const mostHeaderBytes = 100_000_000;

/** Bytes before the header: its length, little-endian. */
export const prefixBytes = 8;

const tensor = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.number(), z.number()]),
});

/** The length of the header that follows; throws where the file cannot be safetensors. */
export const headerLength = (prefix: Uint8Array): number => {
  if (prefix.byteLength < prefixBytes) throw new Error('it is too short for a safetensors file');
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes).getBigUint64(0, true);
  if (length < 2n || length > BigInt(mostHeaderBytes)) throw new Error('it is not a safetensors file');
  return Number(length);
};

/** Names of the layers that guess ahead: Qwen's `mtp.`, DeepSeek's and GLM's extra layer are left alone. */
const ofDrafter = /(^|\.)mtp\./;

/** Sums up the header of one file. Throws where it is no such header. Pure. */
export const readHeader = (text: string): TensorSums => {
  const { __metadata__: _metadata, ...tensors } = z.looseObject({}).parse(JSON.parse(text));
  let [elements, bytes, draftBytes] = [0, 0, 0];
  for (const [name, value] of Object.entries(tensors)) {
    const {
      shape,
      data_offsets: [start, end],
    } = tensor.parse(value);
    elements += shape.reduce((product, size) => product * size, 1);
    bytes += end - start;
    if (ofDrafter.test(name)) draftBytes += end - start;
  }
  return { elements, bytes, draftBytes };
};

/** Several files as one. */
export const addSums = (sums: readonly TensorSums[]): TensorSums => ({
  elements: sums.reduce((sum, { elements }) => sum + elements, 0),
  bytes: sums.reduce((sum, { bytes }) => sum + bytes, 0),
  draftBytes: sums.reduce((sum, { draftBytes }) => sum + draftBytes, 0),
});
