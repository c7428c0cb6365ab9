import { config, memory, type VllmModel } from './entry.ts';
import { full, latent, shape } from './layers.ts';

const license = config('LicenseRef-DeepSeek', 'its licence restricts some uses');
const fillIn = config('deepseek', 'README; shown for the base models only');
const noTools = 'no tool calling: agents cannot use it';

/** DeepSeek's coders: asked for by name, never picked. */
export const deepseekCoders: readonly VllmModel[] = [
  {
    name: 'DeepSeek-Coder-V2-Lite-Instruct',
    summary: 'coder; 16B parameters, 2.4B at work; cannot call tools',
    roles: ['coder', 'autocomplete', 'general'],
    license,
    restricted: true,
    shape: config(
      shape({
        layers: [latent(27, 512, 64)],
        hidden: 2048,
        vocabulary: 102_400,
        attentionHeads: 16,
        experts: { count: 64, perToken: 6, intermediate: 1408 },
        parameters: 15.7e9,
        contextTokens: 163_840,
      }),
      'config.json of DeepSeek-V2-Lite as quoted with a start-up',
    ),
    activeParameters: 2.4e9,
    builds: [
      { quantization: 'bf16', repo: 'deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct', weightsGib: null },
      { quantization: 'fp8', repo: 'RedHatAI/DeepSeek-Coder-V2-Lite-Instruct-FP8', weightsGib: null },
    ],
    toolParser: null,
    reasoningParser: null,
    fillIn,
    vllmFrom: memory('0.5'),
    flags: ['--trust-remote-code'],
    trouble: [noTools],
  },
  {
    name: 'deepseek-coder-33b-instruct',
    summary: 'the older coder with 16k of context; cannot call tools',
    roles: ['coder', 'general'],
    license,
    restricted: true,
    shape: memory(
      shape({
        layers: [full(62, 8, 128)],
        hidden: 7168,
        intermediate: 19_200,
        vocabulary: 32_256,
        attentionHeads: 56,
        parameters: 33.3e9,
        contextTokens: 16_384,
      }),
    ),
    builds: [
      { quantization: 'bf16', repo: 'deepseek-ai/deepseek-coder-33b-instruct', weightsGib: null },
      { quantization: 'int4', repo: 'TheBloke/deepseek-coder-33B-instruct-AWQ', weightsGib: null },
    ],
    toolParser: null,
    reasoningParser: null,
    fillIn,
    vllmFrom: memory('0.5'),
    trouble: [noTools, 'a context of 16,384 tokens is too short for most agents'],
  },
  {
    name: 'deepseek-coder-6.7b-instruct',
    summary: 'the older small coder; cannot call tools',
    roles: ['coder', 'autocomplete'],
    license,
    restricted: true,
    shape: memory(
      shape({
        layers: [full(32, 32, 128)],
        hidden: 4096,
        intermediate: 11_008,
        vocabulary: 32_256,
        attentionHeads: 32,
        parameters: 6.74e9,
        contextTokens: 16_384,
      }),
    ),
    builds: [
      { quantization: 'bf16', repo: 'deepseek-ai/deepseek-coder-6.7b-instruct', weightsGib: null },
      { quantization: 'int4', repo: 'TheBloke/deepseek-coder-6.7B-instruct-AWQ', weightsGib: null },
    ],
    toolParser: null,
    reasoningParser: null,
    fillIn,
    vllmFrom: memory('0.5'),
    trouble: [noTools],
  },
];
