import { expect, test } from 'vitest';
import { startHub } from '../../test/fakes/hub.ts';
import { runCommand } from '../../test/support/command-line.ts';
import { modelWorld } from '../../test/support/model-world.ts';
import { safetensorsFile, tinyConfig } from '../../test/support/safetensors-file.ts';

const plan = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  using world = modelWorld({ PATH: '/nowhere', ...env });
  return runCommand(['plan', ...args], { env: world.env });
};

test('a named card: the parts, the command, the alternatives, the error of it all', async () => {
  const { code, stdout } = await plan(['qwen3.6-27b', '--gpu', 'RTX 3090']);
  expect(code).toBe(0);
  for (const words of [
    'cyankiwi/Qwen3.6-27B-AWQ-INT4',
    'Weights   17.7 GiB',
    'nine times in ten',
    'vllm serve cyankiwi/Qwen3.6-27B-AWQ-INT4',
    '--tool-call-parser qwen3_coder',
    'More context is to be had with:',
    '--kv-cache int8_per_token_head',
    '2x RTX 3090',
    'Figures are estimates',
  ]) {
    expect(stdout).toContain(words);
  }
});

test('the same as JSON', async () => {
  const { code, stdout } = await plan(['coder', 'autocomplete', '--vram', '24', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    engine: 'vllm',
    vllm: '0.32.0',
    arrangement: 'shared',
    cards: [{ name: 'a card of 24 GB', computeCapability: null }],
    engines: [
      {
        model: 'Qwen3.6-35B-A3B',
        verdict: 'fits',
        tensorParallel: 1,
        flags: expect.arrayContaining(['--kv-cache-memory-bytes', '--enable-auto-tool-choice']),
      },
      { model: 'Qwen2.5-Coder-1.5B-Instruct', roles: expect.arrayContaining(['autocomplete']) },
    ],
  });
});

test('families mean their best that fits', async () => {
  const model = async (word: string, card: string) =>
    JSON.parse((await plan([word, '--gpu', card, '--json'])).stdout).engines[0].model;
  expect(await model('qwen-coder', 'RTX 4090')).toBe('Qwen3-Coder-30B-A3B-Instruct');
  expect(await model('qwen-general', 'RTX 5090')).toBe('Qwen3.8-27B');
  expect(await model('mistral', 'RTX 4090')).toBe('Devstral-Small-2-24B-Instruct-2512');
  expect(await model('deepseek-coder', 'RTX 4090')).toMatch(/^(deepseek|DeepSeek)-/i);
});

test('what does not fit ends with 6 and says what would do', async () => {
  const { code, stdout } = await plan(['gpt-oss-120b', '--gpus', '2x4060']);
  expect(code).toBe(6);
  expect(stdout).toContain('does not fit: its weights take');
  expect(stdout).toContain('What would do instead:');
});

test('wrong words are refused before anything is planned', async () => {
  expect(await plan(['--gpu', 'RTX 4909'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('RTX 4090'),
  });
  expect((await plan(['--gpu', 'T4', '--vram', '24'])).code).toBe(2);
  expect((await plan(['--gpu', 'T4', '--context', 'long'])).code).toBe(2);
  expect((await plan(['--gpu', 'T4', '--concurrency', '0'])).code).toBe(2);
  expect((await plan(['--vram', '24', '--quant', 'q4'])).code).toBe(2);
  expect(await plan(['nosuchmodel', '--vram', '24'])).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('MODEL_UNKNOWN'),
  });
});

test('tokens are read as vLLM reads them', async () => {
  const context = async (text: string) =>
    JSON.parse((await plan(['Qwen3-8B', '--vram', '24', '--context', text, '--json'])).stdout).engines[0]
      .contextTokens;
  expect(await context('8192')).toBe(8192);
  expect(await context('8k')).toBe(8000);
  expect(await context('8K')).toBe(8192);
});

test('a model of the hub that no catalogue knows', async () => {
  await using hub = await startHub({
    'org/new': {
      files: {
        'config.json': { content: Buffer.from(JSON.stringify(tinyConfig)) },
        'model.safetensors': { content: safetensorsFile({ 'model.weight': [256, 64] }), large: true },
      },
    },
  });
  const { code, stdout } = await plan(['org/new', '--vram', '8', '--json'], { HF_ENDPOINT: hub.url });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    engines: [{ model: 'new', reference: 'org/new', contextTokens: 2048, weights: { sure: 'config' } }],
  });
});

test('without an NVIDIA card it is the plan of `up`, with a hint', async () => {
  const { code, stdout } = await plan([]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Machine {3}/);
  expect(stdout).toContain('Engine    llamacpp');
  expect(stdout).toMatch(/^Memory {4}.* GiB of .* GiB for 16,384 tokens of context: fits$/m);
  expect(stdout).toContain('localai plan --gpu "RTX 4090"');
  const named = await plan(['qwen-coder', '--json']);
  expect(JSON.parse(named.stdout)).toMatchObject({
    engine: 'llamacpp',
    plan: { servings: [{ models: [{ why: 'asked for' }] }] },
  });
});

test('a model for NVIDIA cards alone names the card that it needs', async () => {
  expect(await plan(['Qwen3.6-27B'])).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('localai plan Qwen3.6-27B --vram 24'),
  });
});

test('the catalogue as seen from a card', async () => {
  using world = modelWorld();
  const { code, stdout } = await runCommand(['models', 'catalog', '--gpu', 'RTX 5090', '--json'], {
    env: world.env,
  });
  expect(code).toBe(0);
  const { models } = JSON.parse(stdout);
  expect(models.find(({ name }: { name: string }) => name === 'Qwen3.8-27B')).toMatchObject({
    fits: true,
    quantization: 'nvfp4',
    picked: 'best coder that fits 31.4 GiB; it serves all roles',
  });
  expect(models.find(({ name }: { name: string }) => name === 'gpt-oss-120b')).toMatchObject({
    fits: false,
    reason: expect.stringContaining('its weights take'),
  });
});
