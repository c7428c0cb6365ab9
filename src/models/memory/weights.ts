import type { ModelShape } from '../shape/shape.ts';

const gib = 1024 ** 3;

/**
 * Bytes of one weight of a quantised layer, scales counted, by what the format is called. Embeddings and the head stay
 * in 16 bits, which is why bits / 8 is not enough. MXFP4 is padded to the kernels' tiles when it is loaded.
 */
const formats: readonly (readonly [pattern: RegExp, bytes: number])[] = [
  [/nvfp4|fp4.*modelopt|modelopt_fp4/, 0.5625],
  [/mxfp4/, 0.57],
  [/q4_|w4a16|int4|awq|gptq|auto_?round|inc\b|4.?bit/, 0.53125],
  [/bitsandbytes|bnb/, 0.53],
  [/q8_0/, 1.0625],
  [/q6_k/, 0.82],
  [/q5_k/, 0.69],
  [/fp8|w8a8|int8|8.?bit|modelopt|compressed-tensors|quark/, 1.0],
];

/** Bytes of one weight in a layer, from what the quantisation and the checkpoint are called; undefined: not quantised. */
export const bytesPerWeight = (...names: readonly (string | null | undefined)[]): number | undefined => {
  const words = names
    .filter((name) => typeof name === 'string')
    .join(' ')
    .toLowerCase();
  return formats.find(([pattern]) => pattern.test(words))?.[1];
};

export interface WeightsEstimate {
  /** GiB on one rank. */
  readonly gib: number;
  /** GiB that it may be off, up or down, nine times in ten. */
  readonly error: number;
}

/** How far estimates from the number of parameters were off, as a share: whole weights, quantised ones. */
const errorWhole = 0.02;
const errorQuantised = 0.1;

/** Small models use one matrix for both ends; where the facts don't say, this many parameters decide. */
const usuallyTied = 4e9;

/**
 * Weights from the number of parameters and the format, for one rank: the last resort, when neither the files' headers
 * nor the catalogue say. Undefined where the parameters are not known.
 */
export const estimateWeights = (
  shape: ModelShape,
  bytes: number | undefined,
  ranks: number,
): WeightsEstimate | undefined => {
  const { parameters, vocabulary, hidden, dtypeBytes } = shape;
  if (parameters === null) return undefined;
  const tied = shape.tiedEmbeddings || parameters < usuallyTied;
  const ends = Math.min(parameters, vocabulary * hidden * (tied ? 1 : 2));
  const inner = bytes ?? dtypeBytes;
  const size = ((parameters - ends) * inner + ends * dtypeBytes) / gib / ranks;
  return { gib: size, error: size * (bytes === undefined ? errorWhole : errorQuantised) };
};
