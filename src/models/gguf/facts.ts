import { bytes } from '../quantities.ts';
import type { GgufHeader } from './read-gguf.ts';

/** What a person or a plan wants to know of a model file. Null where the file does not say. */
export interface GgufFacts {
  readonly name: string | null;
  readonly architecture: string | null;
  readonly license: string | null;
  readonly parameters: number;
  readonly contextTokens: number | null;
  readonly layers: number | null;
  readonly kvHeads: number | null;
  readonly headWidth: number | null;
  /** Bytes at F16, all layers kept; null where the shape is not a plain one. */
  readonly kvBytesPerToken: number | null;
  readonly tokenizer: string | null;
  readonly vocabulary: number | null;
  readonly chatTemplate: boolean;
  /** Whether its chat template knows tools. */
  readonly toolTemplate: boolean;
}

/** Reads the facts out of a header; key names as in docs/gguf.md of ggml. Pure. */
export const ggufFacts = ({ values, parameters }: GgufHeader): GgufFacts => {
  const text = (key: string): string | null => {
    const value = values.get(key);
    return typeof value === 'string' ? value : null;
  };
  const architecture = text('general.architecture');
  const figure = (key: string): number | null => {
    const value = values.get(`${architecture}.${key}`);
    // Some models have a figure per layer; where they differ there is no single one.
    const single = Array.isArray(value) && new Set(value).size === 1 ? value[0] : value;
    return typeof single === 'number' ? single : null;
  };
  const layers = figure('block_count');
  const heads = figure('attention.head_count');
  const kvHeads = figure('attention.head_count_kv') ?? heads;
  const width = figure('embedding_length');
  const derived = width !== null && heads ? width / heads : null;
  const headWidth = figure('attention.key_length') ?? derived;
  const valueWidth = figure('attention.value_length') ?? derived;
  const plain = layers !== null && kvHeads !== null && headWidth !== null && valueWidth !== null;
  const words = values.get('tokenizer.ggml.tokens');
  const template = text('tokenizer.chat_template');
  return {
    name: text('general.name'),
    architecture,
    license: text('general.license'),
    parameters,
    contextTokens: figure('context_length'),
    layers,
    kvHeads,
    headWidth,
    kvBytesPerToken: plain ? layers * kvHeads * (headWidth + valueWidth) * 2 : null,
    tokenizer: text('tokenizer.ggml.model'),
    vocabulary: typeof words === 'object' ? words.length : null,
    chatTemplate: template !== null,
    toolTemplate: /\btools?\b/.test(template ?? ''),
  };
};

/** In words why the file cannot be whole; undefined when its tensors are all there. */
export const missingTail = ({ wholeBytes, fileBytes }: GgufHeader): string | undefined =>
  fileBytes < wholeBytes ? `it is cut off: ${bytes(fileBytes)} of ${bytes(wholeBytes)}` : undefined;
