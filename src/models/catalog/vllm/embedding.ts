import { config, logged, memory, type VllmModel } from './entry.ts';
import { full, shape } from './layers.ts';

const embedding = (
  size: string,
  figures: {
    readonly layers: number;
    readonly hidden: number;
    readonly intermediate: number;
    readonly heads: number;
    readonly vocabulary: number;
    readonly parameters: number;
    readonly weights: number | null;
  },
): VllmModel => {
  const stated = shape({
    layers: [full(figures.layers, 8, 128)],
    hidden: figures.hidden,
    intermediate: figures.intermediate,
    vocabulary: figures.vocabulary,
    attentionHeads: figures.heads,
    parameters: figures.parameters,
    contextTokens: 32_768,
  });
  return {
    name: `Qwen3-Embedding-${size}`,
    summary: 'embeddings of text and code for search',
    roles: ['embedding'],
    license: config('Apache-2.0', "the model's card"),
    shape: figures.weights === null ? memory(stated) : config(stated, 'confirmed by a start-up, vLLM 0.22'),
    builds: [
      {
        quantization: 'bf16',
        repo: `Qwen/Qwen3-Embedding-${size}`,
        weightsGib: figures.weights === null ? null : logged(figures.weights, 'start-up, vLLM 0.22'),
      },
    ],
    toolParser: null,
    reasoningParser: null,
    fillIn: null,
    vllmFrom: memory('0.8.5'),
    flags: ['--runner', 'pooling'],
  };
};

/** Models that turn text into vectors. */
export const embeddings: readonly VllmModel[] = [
  embedding('0.6B', {
    layers: 28,
    hidden: 1024,
    intermediate: 3072,
    heads: 16,
    vocabulary: 151_669,
    parameters: 0.6e9,
    weights: null,
  }),
  embedding('4B', {
    layers: 36,
    hidden: 2560,
    intermediate: 9728,
    heads: 32,
    vocabulary: 151_665,
    parameters: 4.02e9,
    weights: null,
  }),
  embedding('8B', {
    layers: 36,
    hidden: 4096,
    intermediate: 12_288,
    heads: 32,
    vocabulary: 151_665,
    parameters: 7.57e9,
    weights: 14.11,
  }),
];
