import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServedModel } from '../../api/gateway-config.ts';
import { realSystem } from '../../system/system.ts';
import { engineLogFile } from './engine-files.ts';
import { readEngineState } from './engine-state.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const system = realSystem();
const never = new AbortController().signal;

let folder: string;
let supervisor: Supervisor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lai-w-'));
});
afterEach(async () => {
  await supervisor.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A stand-in for vLLM that does what `script` says; `serve()` in it makes it ready. */
const vllm = (script: string): void => {
  const socket = join(folder, 'run', 'tiny.sock');
  const file = join(folder, 'vllm.cjs');
  writeFileSync(
    file,
    `const has = (word) => process.argv.includes(word);
     const serve = () => require('node:http').createServer((_, answer) => answer.end()).listen(${JSON.stringify(socket)});
     process.stdin.on('end', () => process.exit(0)).resume();
     ${script}`,
  );
  const argv = [system.nodePath, file, 'serve', '/m/tiny', '--max-model-len', '32768'];
  const model: ServedModel = {
    ...{ id: 'tiny', roles: ['general'], aliases: [], upstream: { socket } },
    capabilities: {
      ...{ chat: true, tools: false, reasoning: false, vision: false, fim: false, embeddings: false },
    },
    engine: { name: 'vllm-native', file: '/m/tiny', command: { argv, env: {} } },
  };
  supervisor = createSupervisor({
    ...{ system, models: [model], log: () => {} },
    ...{ stateFolder: join(folder, 'state'), logsFolder: join(folder, 'logs') },
    timing: {
      budget: { restarts: 3, windowMs: 600_000, waitMs: [1] },
      watch: { loadingMs: 10, readyMs: 20, answerMs: 5000, silentStartMs: 60_000, silentLaterMs: 60_000 },
    },
  });
};

const state = () => readEngineState(system, join(folder, 'state'), 'tiny');

const tooLarge = (most: number): string =>
  `ValueError: To serve at least one request with the model's max seq len (32768), (4.0 GiB KV cache is needed, which is larger than the available KV cache memory (2.0 GiB). Based on the available memory, the estimated maximum model length is ${most}. Try`;

test('what cannot pass by itself is not tried again, and says what to do', async () => {
  vllm(
    `console.error("  Value error, Model architectures ['FooForCausalLM'] are not supported for now."); process.exit(1)`,
  );
  await supervisor.start();
  await expect(supervisor.ensureReady('tiny', never)).rejects.toMatchObject({
    code: 'FAILED_MODEL_UNSUPPORTED',
    message: expect.stringContaining('FooForCausalLM'),
    hint: expect.stringContaining('{localai} models catalog'),
  });
  await supervisor.stop();
  expect(await state()).toMatchObject({ phase: 'gave-up', attempt: 1, class: 'architecture-unsupported' });
});

test('the context that vLLM names is tried, once and by itself', async () => {
  vllm(
    `if (has('16384')) serve(); else { console.error(${JSON.stringify(tooLarge(16_384))}); process.exit(1) }`,
  );
  await supervisor.start();
  await supervisor.ensureReady('tiny', never);
  expect(supervisor.list()[0]).toMatchObject({ state: 'ready', fault: null });
  expect(readFileSync(engineLogFile(join(folder, 'logs'), 'tiny'), 'utf8')).toContain(
    'started once more with --max-model-len 16384',
  );
});

test('and not twice', async () => {
  vllm(`console.error(${JSON.stringify(tooLarge(16_384))}); process.exit(1)`);
  await supervisor.start();
  await expect(supervisor.ensureReady('tiny', never)).rejects.toMatchObject({ code: 'FAILED_CONTEXT' });
  expect(await state()).toMatchObject({ attempt: 2, class: 'context-too-large' });
});

test('while it loads, its log says what it does', async () => {
  vllm(`console.log('INFO Loading safetensors checkpoint shards:  50% Completed | 1/2')`);
  const changes = supervisor.events()[Symbol.asyncIterator]();
  await supervisor.start();
  let phase: string | null = null;
  while (phase !== 'loading weights (50 %)') phase = (await changes.next()).value?.model.phase ?? null;
  expect(supervisor.list()[0]).toMatchObject({ state: 'loading', phase });
});
