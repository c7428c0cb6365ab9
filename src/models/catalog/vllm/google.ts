import { config, logged, recipe, type VllmModel } from './entry.ts';
import { full, shape, sliding } from './layers.ts';

const apache = config('Apache-2.0', 'vLLM blog, 2026-04-02');
const toolParser = config('gemma4', 'vLLM recipes');
const reasoningParser = config('gemma4', 'vLLM recipes; thinking is off unless asked for');
const template = '--chat-template examples/tool_chat_template_gemma4.jinja of vLLM, for tools';
const vocabulary = 262_144;

/** Gemma 4: most layers see a window, so the cache hardly grows with the context. */
export const gemma: readonly VllmModel[] = [
  {
    name: 'gemma-4-31B-it',
    summary: 'dense all-rounder that sees pictures, for 32 GB and more',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(10, 4, 512), sliding(50, 16, 256, 1024)],
        hidden: 5376,
        intermediate: 21_504,
        vocabulary,
        attentionHeads: 32,
        parameters: 30.7e9,
        multimodal: true,
        tiedEmbeddings: true,
        contextTokens: 262_144,
      }),
      'config.json as quoted with the start-ups',
    ),
    builds: [
      { quantization: 'bf16', repo: 'google/gemma-4-31B-it', weightsGib: recipe(75) },
      { quantization: 'fp8', repo: 'RedHatAI/gemma-4-31B-it-FP8-Dynamic', weightsGib: recipe(38) },
      {
        quantization: 'nvfp4',
        repo: 'nvidia/Gemma-4-31B-IT-NVFP4',
        weightsGib: logged(31.18, 'start-up on H100: its attention stays in 16 bits'),
      },
      { quantization: 'int4', repo: 'google/gemma-4-31B-it-qat-w4a16-ct', weightsGib: recipe(20) },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    template,
    vllmFrom: config('0.19', 'start-ups; the cache holds ten times as much from 0.21 (vllm#43308)'),
  },
  {
    name: 'gemma-4-26B-A4B-it',
    summary: 'fast all-rounder that sees pictures, for 24 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(5, 2, 512), sliding(25, 8, 256, 1024)],
        hidden: 2816,
        intermediate: 2112,
        vocabulary,
        attentionHeads: 16,
        experts: { count: 128, perToken: 8, intermediate: 704 },
        parameters: 25.8e9,
        multimodal: true,
        tiedEmbeddings: true,
        contextTokens: 262_144,
      }),
      'config.json as quoted with the start-ups',
    ),
    activeParameters: 3.8e9,
    builds: [
      { quantization: 'bf16', repo: 'google/gemma-4-26B-A4B-it', weightsGib: recipe(64) },
      { quantization: 'fp8', repo: 'RedHatAI/gemma-4-26B-A4B-it-FP8-Dynamic', weightsGib: recipe(32) },
      {
        quantization: 'int4',
        repo: 'cyankiwi/gemma-4-26B-A4B-it-qat-AWQ-INT4',
        weightsGib: logged(16.63, 'start-up on GB10, vLLM 0.25.1'),
      },
      {
        quantization: 'nvfp4',
        repo: 'RedHatAI/gemma-4-26B-A4B-it-NVFP4',
        weightsGib: logged(15.88, 'start-up on GB10, vLLM 0.25.1'),
        capability: 10,
      },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    template,
    vllmFrom: config('0.19', 'start-ups; the cache holds ten times as much from 0.21 (vllm#43308)'),
  },
  {
    name: 'gemma-4-12B-it',
    summary: 'all-rounder that sees pictures, for 12 to 24 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        layers: [full(8, 1, 512), sliding(40, 8, 256, 1024)],
        hidden: 3840,
        intermediate: 15_360,
        vocabulary,
        attentionHeads: 16,
        parameters: 12e9,
        multimodal: true,
        tiedEmbeddings: true,
        contextTokens: 262_144,
      }),
      'layers and heads from config.json; widths of the feed-forward from memory',
    ),
    builds: [
      { quantization: 'bf16', repo: 'google/gemma-4-12B-it', weightsGib: recipe(29) },
      { quantization: 'int4', repo: 'google/gemma-4-12B-it-qat-w4a16-ct', weightsGib: recipe(9) },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    template,
    vllmFrom: config('0.23', 'vLLM recipes'),
  },
  {
    name: 'gemma-4-E4B-it',
    summary: 'small all-rounder that sees and hears, for 8 to 12 GB',
    roles: ['general', 'coder'],
    license: apache,
    shape: config(
      shape({
        // 42 layers, the last 18 share the cache of earlier ones: 4 full and 20 sliding ones keep any.
        layers: [full(4, 2, 512), sliding(20, 2, 256, 512)],
        hidden: 2560,
        intermediate: 10_240,
        vocabulary,
        attentionHeads: 8,
        parameters: 8e9,
        multimodal: true,
        tiedEmbeddings: true,
        contextTokens: 131_072,
      }),
      'config.json as quoted in public tests; confirmed by a start-up, vLLM 0.19',
    ),
    builds: [
      {
        quantization: 'bf16',
        repo: 'google/gemma-4-E4B-it',
        weightsGib: logged(15.16, 'start-up, vLLM 0.19'),
      },
      { quantization: 'fp8', repo: 'RedHatAI/gemma-4-E4B-it-FP8-Dynamic', weightsGib: recipe(10) },
      { quantization: 'int4', repo: 'google/gemma-4-E4B-it-qat-w4a16-ct', weightsGib: recipe(10) },
    ],
    toolParser,
    reasoningParser,
    fillIn: null,
    template,
    vllmFrom: config('0.19', 'start-up'),
    trouble: ['one layer table of 2.6 GB is per-layer input; quantised builds keep it whole'],
  },
];
