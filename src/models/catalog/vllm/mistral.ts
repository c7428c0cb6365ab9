import { config, files, memory, recipe, type VllmModel } from './entry.ts';
import { full, latent, shape } from './layers.ts';

const toolParser = config('mistral', 'vLLM docs, tool calling');
const ownFormat = ['--tokenizer-mode', 'mistral', '--config-format', 'mistral', '--load-format', 'mistral'];

const ministral = (
  size: string,
  summary: string,
  figures: {
    readonly layers: number;
    readonly hidden: number;
    readonly intermediate: number;
    readonly parameters: number;
    readonly minimumGb: number;
    readonly tied: boolean;
  },
): VllmModel => ({
  name: `Ministral-3-${size}-Instruct-2512`,
  summary,
  roles: ['general', 'coder'],
  license: memory('Apache-2.0'),
  shape: config(
    shape({
      layers: [full(figures.layers, 8, 128)],
      hidden: figures.hidden,
      intermediate: figures.intermediate,
      vocabulary: 131_072,
      attentionHeads: 32,
      parameters: figures.parameters,
      multimodal: true,
      tiedEmbeddings: figures.tied,
      contextTokens: 262_144,
    }),
    'layers and widths from config.json as quoted in public tests; vocabulary from memory',
  ),
  builds: [
    {
      quantization: 'fp8',
      repo: `mistralai/Ministral-3-${size}-Instruct-2512`,
      weightsGib: recipe(figures.minimumGb),
    },
  ],
  toolParser,
  reasoningParser: null,
  fillIn: null,
  vllmFrom: memory('0.12'),
  flags: ownFormat,
});

/** Mistral's open models. */
export const mistralModels: readonly VllmModel[] = [
  {
    name: 'Mistral-Small-4-119B-2603',
    summary: 'large all-rounder, coder and thinker for 96 GB; 119B parameters, 6.5B at work',
    roles: ['general', 'coder'],
    license: config('Apache-2.0', 'its release'),
    shape: config(
      shape({
        layers: [latent(36, 256, 64)],
        hidden: 4096,
        vocabulary: 131_072,
        attentionHeads: 32,
        experts: { count: 128, perToken: 4, intermediate: 2048 },
        parameters: 119e9,
        multimodal: true,
        contextTokens: 262_144,
      }),
      '36 latent layers and 22.5 KiB a token as published; the other widths from memory',
    ),
    activeParameters: 6.5e9,
    builds: [
      { quantization: 'fp8', repo: 'mistralai/Mistral-Small-4-119B-2603', weightsGib: recipe(143) },
      {
        quantization: 'nvfp4',
        repo: 'mistralai/Mistral-Small-4-119B-2603-NVFP4',
        weightsGib: files(72, 'vLLM recipes'),
      },
    ],
    toolParser,
    reasoningParser: config('mistral', 'vLLM recipes'),
    fillIn: null,
    vllmFrom: config('0.20', 'vLLM recipes'),
    flags: ownFormat,
  },
  {
    name: 'Devstral-Small-2-24B-Instruct-2512',
    summary: 'coding agent that sees pictures, for 24 GB and more',
    roles: ['coder', 'general'],
    license: config('Apache-2.0', "the model's card"),
    shape: config(
      shape({
        layers: [full(40, 8, 128)],
        hidden: 5120,
        intermediate: 32_768,
        vocabulary: 131_072,
        attentionHeads: 32,
        parameters: 24e9,
        multimodal: true,
        contextTokens: 262_144,
      }),
      'config.json as quoted in public tests',
    ),
    builds: [
      {
        quantization: 'fp8',
        repo: 'mistralai/Devstral-Small-2-24B-Instruct-2512',
        weightsGib: files(25, 'the hub'),
      },
      {
        quantization: 'int4',
        repo: 'cyankiwi/Devstral-Small-2-24B-Instruct-2512-AWQ-4bit',
        weightsGib: files(14, 'the hub'),
      },
    ],
    toolParser,
    reasoningParser: null,
    fillIn: null,
    vllmFrom: memory('0.12'),
    flags: ownFormat,
    trouble: ['forcing MistralForCausalLM drops the scaling of its attention'],
  },
  ministral('14B', 'all-rounder that sees pictures, for 16 to 32 GB', {
    layers: 40,
    hidden: 5120,
    intermediate: 16_384,
    parameters: 13.9e9,
    minimumGb: 17,
    tied: false,
  }),
  ministral('8B', 'all-rounder that sees pictures, for 12 to 24 GB', {
    layers: 34,
    hidden: 4096,
    intermediate: 14_336,
    parameters: 8.9e9,
    minimumGb: 12,
    tied: false,
  }),
  ministral('3B', 'small all-rounder that sees pictures, for 6 to 8 GB', {
    layers: 26,
    hidden: 3072,
    intermediate: 9216,
    parameters: 3.8e9,
    minimumGb: 6,
    tied: true,
  }),
  {
    name: 'Mistral-7B-Instruct-v0.3',
    summary: 'the older 7B, for those who know it',
    roles: ['general'],
    license: config('Apache-2.0', "the model's card"),
    shape: memory(
      shape({
        layers: [full(32, 8, 128)],
        hidden: 4096,
        intermediate: 14_336,
        vocabulary: 32_768,
        attentionHeads: 32,
        parameters: 7.25e9,
        contextTokens: 32_768,
      }),
    ),
    builds: [
      { quantization: 'bf16', repo: 'mistralai/Mistral-7B-Instruct-v0.3', weightsGib: null },
      { quantization: 'int4', repo: 'solidrust/Mistral-7B-Instruct-v0.3-AWQ', weightsGib: null },
    ],
    toolParser,
    reasoningParser: null,
    fillIn: null,
    vllmFrom: memory('0.5'),
    trouble: ['Ministral-3-8B does everything better'],
  },
  {
    name: 'Codestral-22B-v0.1',
    summary: 'fills in the middle; not for production',
    roles: ['autocomplete', 'coder'],
    license: config('LicenseRef-MNPL', "the model's card"),
    restricted: true,
    shape: memory(
      shape({
        layers: [full(56, 8, 128)],
        hidden: 6144,
        intermediate: 16_384,
        vocabulary: 32_768,
        attentionHeads: 48,
        parameters: 22.2e9,
        contextTokens: 32_768,
      }),
    ),
    builds: [{ quantization: 'bf16', repo: 'mistralai/Codestral-22B-v0.1', weightsGib: null }],
    toolParser: null,
    reasoningParser: null,
    fillIn: config('codestral', 'its card: [SUFFIX] then [PREFIX]'),
    vllmFrom: memory('0.5'),
    trouble: ['with --tokenizer-mode mistral the fill-in words are read as plain text'],
  },
];
