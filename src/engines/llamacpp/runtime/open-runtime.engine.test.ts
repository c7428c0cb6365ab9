import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { smokeModel } from '../../../../test/support/smoke-model.ts';
import { realSystem } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import { openRuntime, type RuntimeHost } from './open-runtime.ts';
import type { Generation } from './runtime.ts';

let folder: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-'));
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const say = (line: string): void => {
  log.push(line);
};

const makeSpec = async (): Promise<LlamacppSpec> => ({
  libraryFolder: await engineLibrary(),
  file: smokeModel,
  modelId: 'small',
  parallel: 1,
  threads: 1,
  cores: 2,
  gpu: 'auto',
  memoryBytes: 4e9,
  tuningFile: join(folder, 'threads.json'),
  socket: join(folder, 'engine.sock'),
});

/** With as much context as the model and the memory allow. */
const openAsItFits = async (changes: Partial<LlamacppSpec>, host: Partial<RuntimeHost> = {}) => {
  const spec = { ...(await makeSpec()), ...changes };
  return openRuntime(spec, { system: realSystem(), onLog: say, onDetail: say, ...host });
};

const open = (changes: Partial<LlamacppSpec> = {}, host: Partial<RuntimeHost> = {}) =>
  openAsItFits({ contextTokens: 512, ...changes }, host);

const hello = (signal: AbortSignal, maxTokens: number): Generation => ({
  prompt: [1, 2, 3, 4],
  maxTokens,
  sampling: {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    seed: 1,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    logitBias: new Map(),
  },
  ignoreEos: true,
  signal,
  onToken: () => false,
});

test('what was measured is not measured again', async () => {
  const first = await open();
  await first.close();
  const second = await open();
  expect(second.facts.tokensPerSecond).toBe(first.facts.tokensPerSecond);
  await second.close();
  expect(log.filter((line) => line.startsWith('measured'))).toHaveLength(1);
});

test('never more threads than cores, whatever was asked', async () => {
  const runtime = await open({ threads: 64, cores: 1 });
  expect(runtime.facts.threads).toEqual({ decode: 1, prefill: 1 });
  await runtime.close();
});

test('how far loading is goes up to the end', async () => {
  const shares: number[] = [];
  const runtime = await open({}, { onLoadProgress: (share) => shares.push(share) });
  await runtime.close();
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test('without a wish fewer requests are worked on at once when memory is short', async () => {
  const runtime = await openAsItFits({ parallel: 4, memoryBytes: 12e6 });
  const { contextTokens, parallel, trainContextTokens } = runtime.facts;
  await runtime.close();
  expect(parallel).toBeLessThan(4);
  expect(contextTokens).toBe(trainContextTokens);
  expect(log.join()).toMatch(/memory for .* at once, not 4/);
});

test('with still less the context is cut', async () => {
  const runtime = await openAsItFits({ memoryBytes: 5e6 });
  const { contextTokens, trainContextTokens } = runtime.facts;
  await runtime.close();
  expect(contextTokens).toBeGreaterThanOrEqual(512);
  expect(contextTokens).toBeLessThan(trainContextTokens);
});

test('too little memory says how much there is and how much is needed', async () => {
  await expect(openAsItFits({ memoryBytes: 2e6 })).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: expect.stringMatching(/weights need 1\.\d+ MB .* 2\.00 MB are given/),
  });
});

test('a file that is no model, and one that is not there', async () => {
  const file = join(folder, 'text.gguf');
  writeFileSync(file, 'not a model');
  await expect(open({ file })).rejects.toMatchObject({ code: 'ENGINE_LOAD' });
  await expect(open({ file: join(folder, 'none.gguf') })).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: expect.stringContaining('there is no file'),
  });
});

test('a file with another hash is refused before it is loaded', async () => {
  await expect(open({ sha256: 'f'.repeat(64) })).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: expect.stringContaining('is damaged'),
  });
});

test('a missing library is another fault than a model that cannot be loaded', async () => {
  await expect(open({ libraryFolder: folder })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
});

test('loading can be stopped', async () => {
  const stop = new AbortController();
  const opening = open({}, { signal: stop.signal, onLoadProgress: () => stop.abort(new Error('enough')) });
  await expect(opening).rejects.toThrow('enough');
});

test('closing lets those at work go, and then nothing is taken any more', async () => {
  const runtime = await open();
  const never = new AbortController().signal;
  const answer = runtime.generate(hello(never, 400));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await runtime.close();
  expect(await answer).toMatchObject({ reason: 'abort' });
  await expect(runtime.generate(hello(never, 1))).rejects.toThrow('closed');
  await runtime.close();
});
