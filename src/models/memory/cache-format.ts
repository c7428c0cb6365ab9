import type { AttentionLayers, LatentLayers } from '../shape/shape.ts';

/** Latent attention in this form keeps 656 bytes a token: 512 in fp8, their scales, the rope part in bf16. */
const latentFp8Bytes = 656;

/** Scales of a quantised cache that has them per token and head: one float32 for the key, one for the value. */
const scaleBytes = 8;

/**
 * The format that the engine keeps its cache in: the flag's, else the checkpoint's own (where it ships scales), else
 * `auto`, which is the type it computes in. What follows the first word is a remark (`fp8 (from block size)`).
 */
export const settledFormat = (flag: string, ofCheckpoint: string | null): string => {
  const [word = 'auto'] = flag.trim().toLowerCase().split(/\s/);
  return word === 'auto' && ofCheckpoint !== null ? ofCheckpoint : word;
};

const elementBytes = (format: string, dtypeBytes: number): number => {
  if (/^(fp8|int8)/.test(format)) return 1;
  if (/^(bf|f|bfloat|float)16|^half/.test(format)) return 2;
  if (/^f(loat)?32|^float$/.test(format)) return 4;
  if (/^int4/.test(format)) return 0.5;
  // Four bits an element, and a scale of 8 bits for every 16 of them.
  if (/^nvfp4/.test(format)) return 0.5 + 1 / 16;
  return dtypeBytes;
};

/** Bytes that one layer of a rank keeps per token. */
export const bytesPerToken = (
  layers: AttentionLayers | LatentLayers,
  format: string,
  dtypeBytes: number,
  tensorParallel: number,
): number => {
  const element = elementBytes(format, dtypeBytes);
  if (layers.kind === 'latent') return format === 'fp8_ds_mla' ? latentFp8Bytes : layers.width * element;
  // With more ranks than heads each head is kept more than once.
  const heads = Math.max(1, Math.floor(layers.kvHeads / tensorParallel));
  const scales = format.includes('per_token_head') ? scaleBytes : 0;
  return heads * ((layers.keyWidth + layers.valueWidth) * element + scales);
};
