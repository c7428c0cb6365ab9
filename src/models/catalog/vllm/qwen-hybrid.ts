import { config, files, logged, memory, recipe, type Sourced, type VllmModel } from './entry.ts';
import { deltaNet, full, shape } from './layers.ts';

const apache = memory('Apache-2.0');
const toolParser: Sourced<string> = config('qwen3_coder', 'vLLM recipes');
const reasoningParser: Sourced<string> = config('qwen3', 'vLLM recipes');
const window = 262_144;

/** 27B of the 3.5, 3.6 and 3.8 generations: one shape. */
const dense27 = shape({
  layers: [full(16, 4, 256), deltaNet(48, 16, 48)],
  hidden: 5120,
  intermediate: 17_408,
  vocabulary: 248_320,
  attentionHeads: 24,
  parameters: 27.8e9,
  multimodal: true,
  draftLayers: 1,
  contextTokens: window,
});

const moe35 = shape({
  layers: [full(10, 2, 256), deltaNet(30, 16, 32)],
  hidden: 2048,
  vocabulary: 248_320,
  attentionHeads: 16,
  experts: { count: 256, perToken: 8, intermediate: 512 },
  parameters: 35.9e9,
  multimodal: true,
  draftLayers: 1,
  contextTokens: window,
});

const fromConfig = 'config.json as quoted with the start-ups (ai-dynamo/aiconfigurator, club-3090)';

/** Linear layers of attention and the tower stay in 16 bits, which is why 4 bits make more than a quarter. */
const int4 = files(19, 'an AutoRound build of the same shape');

const singleCardFrom = {
  gib: 30,
  trouble:
    'on one 24 GB card agents ran out of memory after 20,000 to 26,000 tokens with vLLM 0.20; on two cards, or with llama.cpp, they did not',
  source: 'club-3090 docs/CLIFFS.md: six set-ups failed a soak',
};

/** Qwen's models with linear attention in three of four layers: little cache per token, a large state per request. */
export const qwenHybrid: readonly VllmModel[] = [
  {
    name: 'Qwen3.8-27B',
    summary: 'the strongest all-rounder and coder for 32 GB and more; thinks, sees pictures',
    roles: ['general', 'coder'],
    license: config('Apache-2.0', 'club-3090 profile'),
    shape: config(dense27, fromConfig),
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3.8-27B', weightsGib: recipe(67) },
      { quantization: 'fp8', repo: 'Qwen/Qwen3.8-27B-FP8', weightsGib: files(30.9, 'the hub') },
      {
        quantization: 'nvfp4',
        repo: 'unsloth/Qwen3.8-27B-NVFP4',
        weightsGib: logged(22.13, 'start-up on GB10, vLLM 0.25.1, drafter loaded'),
        cacheFormat: 'fp8',
        trouble: ['one 32 GB card needs --enforce-eager for the NVFP4 build (vLLM recipes)'],
      },
      { quantization: 'int4', repo: 'cyankiwi/Qwen3.8-27B-AWQ-INT4', weightsGib: int4 },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: config('0.27', 'released 2026-08-14, image tag qwen38'),
    singleCardFrom,
  },
  {
    name: 'Qwen3.6-27B',
    summary: 'all-rounder and coder; thinks, sees pictures',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(dense27, fromConfig),
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3.6-27B', weightsGib: recipe(65) },
      {
        quantization: 'fp8',
        repo: 'Qwen/Qwen3.6-27B-FP8',
        weightsGib: logged(27.67, 'start-up on H100, vLLM 0.27.1'),
      },
      { quantization: 'nvfp4', repo: 'nvidia/Qwen3.6-27B-NVFP4', weightsGib: recipe(27) },
      { quantization: 'int4', repo: 'cyankiwi/Qwen3.6-27B-AWQ-INT4', weightsGib: int4 },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: memory('0.21'),
    singleCardFrom,
  },
  {
    name: 'Qwen3.6-35B-A3B',
    summary: 'fast agent and coder with a small cache: best work per gigabyte',
    roles: ['coder', 'general'],
    license: apache,
    shape: config(moe35, fromConfig),
    activeParameters: 3e9,
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3.6-35B-A3B', weightsGib: recipe(84) },
      { quantization: 'fp8', repo: 'Qwen/Qwen3.6-35B-A3B-FP8', weightsGib: recipe(42) },
      {
        quantization: 'nvfp4',
        repo: 'RedHatAI/Qwen3.6-35B-A3B-NVFP4',
        weightsGib: logged(21.86, 'start-up on a 32 GB card'),
        trouble: ['it wants --moe-backend marlin on cards before Blackwell (vLLM recipes)'],
      },
      { quantization: 'int4', repo: 'Qwen/Qwen3.6-35B-A3B-GPTQ-Int4', weightsGib: recipe(21) },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: memory('0.21'),
  },
  {
    name: 'Qwen3.5-122B-A10B',
    summary: 'large all-rounder for 96 GB or several cards',
    roles: ['general', 'coder'],
    license: apache,
    shape: memory(
      shape({
        layers: [full(12, 2, 256), deltaNet(36, 16, 64)],
        hidden: 3072,
        vocabulary: 248_320,
        attentionHeads: 32,
        experts: { count: 256, perToken: 8, intermediate: 1024 },
        parameters: 122e9,
        multimodal: true,
        draftLayers: 1,
        contextTokens: window,
      }),
    ),
    activeParameters: 10e9,
    builds: [{ quantization: 'int4', repo: 'Qwen/Qwen3.5-122B-A10B-GPTQ-Int4', weightsGib: recipe(74) }],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: memory('0.17'),
  },
  {
    name: 'Qwen3.5-9B',
    summary: 'all-rounder and coder for 12 to 24 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(8, 4, 256), deltaNet(24, 16, 32)],
        hidden: 4096,
        intermediate: 12_288,
        vocabulary: 248_320,
        attentionHeads: 16,
        parameters: 9.4e9,
        multimodal: true,
        draftLayers: 1,
        contextTokens: window,
      }),
      'block sizes of two start-ups (528 tokens), vLLM 0.19',
    ),
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3.5-9B', weightsGib: recipe(22) },
      { quantization: 'int4', repo: 'cyankiwi/Qwen3.5-9B-AWQ-4bit', weightsGib: null },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: memory('0.17'),
  },
  {
    name: 'Qwen3.5-4B',
    summary: 'small all-rounder for 8 to 12 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: memory(
      shape({
        layers: [full(8, 4, 256), deltaNet(24, 16, 32)],
        hidden: 2560,
        intermediate: 9216,
        vocabulary: 248_320,
        attentionHeads: 16,
        parameters: 4.2e9,
        multimodal: true,
        draftLayers: 1,
        tiedEmbeddings: true,
        contextTokens: window,
      }),
    ),
    builds: [
      { quantization: 'bf16', repo: 'Qwen/Qwen3.5-4B', weightsGib: recipe(10) },
      { quantization: 'int4', repo: 'cyankiwi/Qwen3.5-4B-AWQ-4bit', weightsGib: null },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    vllmFrom: memory('0.17'),
  },
  {
    name: 'Qwen3-Coder-Next',
    summary: 'coder for 96 GB: 80B parameters, 3B at work; does not think aloud',
    roles: ['coder', 'general'],
    license: apache,
    shape: memory(
      shape({
        layers: [full(12, 2, 256), deltaNet(36, 16, 32, 2)],
        hidden: 2048,
        vocabulary: 151_936,
        attentionHeads: 16,
        experts: { count: 512, perToken: 10, intermediate: 512 },
        parameters: 80e9,
        contextTokens: window,
      }),
    ),
    activeParameters: 3e9,
    builds: [
      { quantization: 'fp8', repo: 'Qwen/Qwen3-Coder-Next-FP8', weightsGib: files(80, 'vLLM recipes') },
    ],
    toolParser,
    reasoningParser: null,
    fillIn: config('qwen', 'Qwen3-Coder README: every version fills in'),
    vllmFrom: config('0.15', 'vLLM recipes'),
  },
];
