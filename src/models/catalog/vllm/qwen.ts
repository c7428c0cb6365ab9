import { config, files, logged, memory, type VllmModel } from './entry.ts';
import { full, shape } from './layers.ts';

const apache = config('Apache-2.0', "the model's card");
const hermes = config('hermes', 'vLLM docs, tool calling');
const fillIn = config('qwen', 'Qwen2.5-Coder README');
const shapes25 = 'config.json (mlc-llm presets @79d603f0)';

/** Qwen2.5-Coder of one size; its official AWQ build beside the whole one. */
const coder25 = (
  size: string,
  summary: string,
  figures: {
    readonly layers: number;
    readonly kvHeads: number;
    readonly width: number;
    readonly hidden: number;
    readonly intermediate: number;
    readonly heads: number;
    readonly parameters: number;
    readonly vocabulary?: number;
    readonly weights: number | null;
    readonly awq?: number | null;
    readonly tied?: boolean;
  },
): VllmModel => ({
  name: `Qwen2.5-Coder-${size}-Instruct`,
  summary,
  roles:
    figures.parameters < 8e9 ? ['autocomplete', 'coder', 'general'] : ['coder', 'autocomplete', 'general'],
  license: apache,
  shape: config(
    shape({
      layers: [full(figures.layers, figures.kvHeads, figures.width)],
      hidden: figures.hidden,
      intermediate: figures.intermediate,
      vocabulary: figures.vocabulary ?? 152_064,
      attentionHeads: figures.heads,
      parameters: figures.parameters,
      tiedEmbeddings: figures.tied ?? false,
      contextTokens: 32_768,
    }),
    shapes25,
  ),
  builds: [
    {
      quantization: 'bf16',
      repo: `Qwen/Qwen2.5-Coder-${size}-Instruct`,
      weightsGib: figures.weights === null ? null : logged(figures.weights, 'start-ups of this shape'),
    },
    ...(figures.awq === undefined
      ? []
      : [
          {
            quantization: 'int4' as const,
            repo: `Qwen/Qwen2.5-Coder-${size}-Instruct-AWQ`,
            weightsGib: figures.awq === null ? null : logged(figures.awq, 'start-ups of this build or shape'),
          },
        ]),
  ],
  toolParser: hermes,
  reasoningParser: null,
  fillIn,
  vllmFrom: memory('0.6'),
});

/** Qwen's models with plain attention. */
export const qwenPlain: readonly VllmModel[] = [
  {
    name: 'Qwen3-Coder-30B-A3B-Instruct',
    summary: 'coder and agent that also fills in; 30B parameters, 3.3B at work',
    roles: ['coder', 'autocomplete', 'general'],
    license: apache,
    shape: config(
      shape({
        layers: [full(48, 4, 128)],
        hidden: 2048,
        vocabulary: 151_936,
        attentionHeads: 32,
        experts: { count: 128, perToken: 8, intermediate: 768 },
        parameters: 30.53e9,
        contextTokens: 262_144,
      }),
      'config.json of Qwen3-30B-A3B (ai-dynamo/aiconfigurator @095f58a5)',
    ),
    activeParameters: 3.3e9,
    builds: [
      {
        quantization: 'bf16',
        repo: 'Qwen/Qwen3-Coder-30B-A3B-Instruct',
        weightsGib: logged(56.93, 'start-up on A100, vLLM 0.26'),
      },
      {
        quantization: 'fp8',
        repo: 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8',
        weightsGib: logged(29.08, 'start-up of Qwen3-30B-A3B in fp8, vLLM 0.22'),
        trouble: ['it does not fit one RTX 5090 (vllm#41695)'],
      },
      {
        quantization: 'int4',
        repo: 'cyankiwi/Qwen3-Coder-30B-A3B-Instruct-AWQ-4bit',
        weightsGib: logged(15.61, 'start-up of Qwen3-30B-A3B-Thinking in AWQ, vLLM 0.10'),
      },
    ],
    toolParser: config('qwen3_xml', 'vLLM docs, tool calling; recipes say qwen3_coder'),
    reasoningParser: null,
    fillIn: config('qwen', 'Qwen3-Coder README: every version fills in'),
    vllmFrom: memory('0.10'),
  },
  coder25('32B', 'careful coder for 24 GB and more', {
    layers: 64,
    kvHeads: 8,
    width: 128,
    hidden: 5120,
    intermediate: 27_648,
    heads: 40,
    parameters: 32.76e9,
    weights: 61.03,
    awq: 18.14,
  }),
  coder25('14B', 'coder for 12 to 24 GB', {
    layers: 48,
    kvHeads: 8,
    width: 128,
    hidden: 5120,
    intermediate: 13_824,
    heads: 40,
    parameters: 14.77e9,
    weights: 27.59,
    awq: 9.38,
  }),
  coder25('7B', 'fills in the middle; the best-supported autocomplete for 8 to 16 GB', {
    layers: 28,
    kvHeads: 4,
    width: 128,
    hidden: 3584,
    intermediate: 18_944,
    heads: 28,
    parameters: 7.62e9,
    weights: 14.19,
    awq: null,
  }),
  coder25('1.5B', 'small autocomplete that fits beside a larger model', {
    layers: 28,
    kvHeads: 2,
    width: 128,
    hidden: 1536,
    intermediate: 8960,
    heads: 12,
    vocabulary: 151_936,
    parameters: 1.54e9,
    weights: 2.89,
    awq: null,
    tied: true,
  }),
  coder25('0.5B', 'tiny autocomplete', {
    layers: 24,
    kvHeads: 2,
    width: 64,
    hidden: 896,
    intermediate: 4864,
    heads: 14,
    vocabulary: 151_936,
    parameters: 0.49e9,
    weights: 0.93,
    tied: true,
  }),
  {
    name: 'Qwen3-32B',
    summary: 'all-rounder that thinks, before the hybrid generation',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(64, 8, 128)],
        hidden: 5120,
        intermediate: 25_600,
        vocabulary: 151_936,
        attentionHeads: 64,
        parameters: 32.76e9,
        contextTokens: 40_960,
      }),
      'config.json (ai-dynamo/aiconfigurator @095f58a5)',
    ),
    builds: [
      {
        quantization: 'bf16',
        repo: 'Qwen/Qwen3-32B',
        weightsGib: logged(61.03, 'start-up on H100, vLLM 0.11'),
      },
      { quantization: 'fp8', repo: 'Qwen/Qwen3-32B-FP8', weightsGib: null },
      { quantization: 'int4', repo: 'Qwen/Qwen3-32B-AWQ', weightsGib: null },
    ],
    toolParser: hermes,
    reasoningParser: config('qwen3', 'vLLM docs'),
    fillIn: null,
    vllmFrom: memory('0.8.5'),
  },
  {
    name: 'Qwen3-8B',
    summary: 'all-rounder that thinks, for 12 to 24 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(36, 8, 128)],
        hidden: 4096,
        intermediate: 12_288,
        vocabulary: 151_936,
        attentionHeads: 32,
        parameters: 8.19e9,
        contextTokens: 40_960,
      }),
      'config.json (ai-dynamo/aiconfigurator @095f58a5)',
    ),
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3-8B', weightsGib: files(16.4, 'the hub, from memory') },
      {
        quantization: 'int4',
        repo: 'Qwen/Qwen3-8B-AWQ',
        weightsGib: logged(5.7, 'start-up on two cards (2.85 each), vLLM 0.17'),
      },
    ],
    toolParser: hermes,
    reasoningParser: config('qwen3', 'vLLM docs'),
    fillIn: null,
    vllmFrom: memory('0.8.5'),
  },
  {
    name: 'Qwen3-4B-Instruct-2507',
    summary: 'small all-rounder that calls tools well and does not think aloud',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(36, 8, 128)],
        hidden: 2560,
        intermediate: 9728,
        vocabulary: 151_936,
        attentionHeads: 32,
        parameters: 4.02e9,
        tiedEmbeddings: true,
        contextTokens: 262_144,
      }),
      'the start-ups of Qwen3-4B',
    ),
    builds: [
      {
        quantization: 'bf16',
        repo: 'Qwen/Qwen3-4B-Instruct-2507',
        weightsGib: logged(7.56, 'start-up of Qwen3-4B, vLLM 0.12'),
      },
      { quantization: 'fp8', repo: 'Qwen/Qwen3-4B-Instruct-2507-FP8', weightsGib: null },
      { quantization: 'int4', repo: 'cpatonn/Qwen3-4B-Instruct-2507-AWQ-4bit', weightsGib: null },
    ],
    toolParser: hermes,
    reasoningParser: null,
    fillIn: null,
    vllmFrom: memory('0.8.5'),
  },
];
