import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { spawnEngine, startEngine, type TestEngine, untilReady } from '../../../test/support/engine.ts';
import { http } from '../../../test/support/http.ts';
import { smokeModel } from '../../../test/support/smoke-model.ts';
import { realSystem } from '../../system/system.ts';

const slow = { timeout: 60_000, interval: 50 };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'worker-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spawned = async (...changes: Parameters<typeof spawnEngine>): Promise<TestEngine> => {
  const engine = await spawnEngine(...changes);
  onTestFinished(() => engine.stop());
  return engine;
};

test('says that it loads, then what it is, and ends with its stdin, leaving no socket', async () => {
  const engine = await spawned();
  const seen: string[] = [];
  await vi.waitFor(async () => {
    const { status, json } = await engine.get('/health');
    seen.push(`${status} ${json.status}`);
    expect(status).toBe(200);
  }, slow);
  expect(seen[0]).toBe('503 loading');
  expect(seen.at(-1)).toBe('200 ready');
  const { json } = await engine.get('/health');
  expect(json).toMatchObject({
    backend: 'cpu',
    context: 2048,
    parallel: 2,
    threads: { decode: 1, prefill: 1 },
  });
  expect(json.tokensPerSecond).toBeGreaterThan(1);
  expect(json.capabilities).toMatchObject({ chat: true, tools: true, reasoning: false, fim: true });
  await engine.stop();
  expect(engine.child.exitCode).toBe(0);
  expect(existsSync(engine.spec.socket)).toBe(false);
});

test('SIGTERM lets a running answer finish and takes no new one', async () => {
  const engine = await startEngine();
  onTestFinished(() => engine.stop());
  const messages = [{ role: 'user', content: 'Count to twenty.' }];
  const body = { messages, max_tokens: 1000, ignore_eos: true, stream: true };
  const answer = engine.post('/v1/chat/completions', body);
  await vi.waitFor(async () => expect((await engine.get('/metrics')).text).toMatch(/_running{.*} 1\n/), slow);
  engine.child.kill('SIGTERM');
  expect((await answer).events.at(-1)).toBe('[DONE]');
  if (engine.child.exitCode === null) await once(engine.child, 'exit');
  expect(engine.child.exitCode).toBe(0);
  await expect(engine.get('/health')).rejects.toThrow();
});

test('a file that is no model is said to be at fault; the log names it too', async () => {
  const file = join(folder, 'no.gguf');
  writeFileSync(file, 'this is not a model');
  const engine = await spawned({ file });
  await vi.waitFor(async () => expect((await engine.get('/health')).json.status).toBe('failed'), slow);
  const { status, json } = await engine.get('/health');
  expect(status).toBe(503);
  expect(json.fault).toMatchObject({ code: 'ENGINE_LOAD', message: expect.stringContaining('small') });
  expect(engine.log()).toContain('could not load');
  expect((await engine.post('/v1/completions', { prompt: 'x' })).status).toBe(503);
});

// In a process of its own: after a first one in the same process the library keeps some of its words to itself.
test('a truncated file says what llama.cpp said', async () => {
  const file = join(folder, 'cut.gguf');
  copyFileSync(smokeModel, file);
  truncateSync(file, 1_000_000);
  const engine = await spawned({ file });
  await vi.waitFor(async () => expect((await engine.get('/health')).json.status).toBe('failed'), slow);
  expect((await engine.get('/health')).json.fault).toMatchObject({
    code: 'ENGINE_LOAD',
    message: expect.stringMatching(/small could not be loaded: .*within the file/),
  });
});

test('a hash that is not the file’s is said before anything is loaded from it', async () => {
  const engine = await spawned({ sha256: '0'.repeat(64) });
  await vi.waitFor(async () => expect((await engine.get('/health')).json.status).toBe('failed'), slow);
  expect((await engine.get('/health')).json.fault.message).toContain('sha256');
});

test('it dies with whoever started it, also by kill -9, in the middle of an answer', async () => {
  const first = await spawned();
  await untilReady(first);
  const { spec } = first;
  await first.stop();
  const own = mkdtempSync(join(folder, 'orphan-'));
  const socket = join(own, 'e.sock');
  const [, worker = ''] = first.child.spawnargs;
  const program =
    "const c = require('node:child_process').spawn(process.execPath, process.argv.slice(1), {stdio: ['pipe', 'ignore', 'ignore']}); console.log(c.pid)";
  const args = ['-e', program, worker, JSON.stringify({ ...spec, socket, tuningFile: join(own, 't.json') })];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(parent.stdout, 'data');
  const { processes } = realSystem();
  const orphan = await processes.identify(Number(line));
  if (!orphan) throw new Error('it did not start');
  const place = { socketPath: socket };
  await untilReady({ ...first, child: parent, place, get: (path) => http(place, 'GET', path) });
  const cut = new Promise<string>((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ ...place, method: 'POST', path: '/v1/completions', headers }, (answer) => {
      answer.once('data', () => parent.kill('SIGKILL'));
      answer.on('error', () => resolve('cut'));
      answer.on('end', () => resolve('end'));
    });
    sent.end(
      JSON.stringify({ prompt: 'Once upon a time', max_tokens: 1500, ignore_eos: true, stream: true }),
    );
  });
  expect(await cut).toBe('cut');
  await vi.waitFor(async () => expect(await processes.isAlive(orphan)).toBe(false), slow);
});

test('nothing that was said is in the log', async () => {
  const engine = await startEngine();
  onTestFinished(() => engine.stop());
  await engine.post('/v1/completions', { prompt: 'The secret word is xylophone.', max_tokens: 5 });
  expect(engine.log()).toMatch(/v1\/completions: \d+ prompt tokens/);
  expect(engine.log()).not.toContain('xylophone');
});
