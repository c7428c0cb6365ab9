import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { writeRecurrentModel, writeSlidingWindowModel } from '../../../../test/support/tiny-model.ts';
import { realSystem } from '../../../system/system.ts';
import { openRuntime } from './open-runtime.ts';
import type { GeneratedToken, Runtime, Token } from './runtime.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinds-'));
  file = join(folder, 'model.gguf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = async (contextTokens: number, memoryBytes: number): Promise<Runtime> =>
  openRuntime(
    {
      libraryFolder: await engineLibrary(),
      file,
      modelId: 'tiny',
      contextTokens,
      parallel: 2,
      threads: 1,
      cores: 2,
      gpu: 'off',
      memoryBytes,
      tuningFile: join(folder, 'threads.json'),
      socket: '',
    },
    { system: realSystem() },
  );

const book = (seed: number, count: number): Token[] =>
  Array.from({ length: count }, (_, i) => 3 + ((seed * 131 + i * 7919 + i * i) % 256));

const generate = async (runtime: Runtime, prompt: readonly Token[]) => {
  const tokens: GeneratedToken[] = [];
  const result = await runtime.generate({
    prompt,
    maxTokens: 12,
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
    logprobs: 3,
    signal: new AbortController().signal,
    onToken: (token) => {
      tokens.push(token);
      return false;
    },
  });
  return { tokens, cached: result.cachedTokens };
};

/** How far two answers are apart: the largest difference of a log-probability. */
const distance = (a: readonly GeneratedToken[], b: readonly GeneratedToken[]): number =>
  Math.max(
    ...a.flatMap(({ top }, i) =>
      (top ?? []).map(({ logprob }, k) => Math.abs(logprob - (b[i]?.top?.[k]?.logprob ?? Number.NaN))),
    ),
  );

/** Asks with the beginning in memory, and each again in a fresh engine: the answers must be the same. */
const compare = async (memoryBytes: number): Promise<readonly number[]> => {
  const preamble = book(1, 300);
  const runtime = await open(1024, memoryBytes);
  const first = await generate(runtime, preamble);
  const answer = first.tokens.map(({ token }) => token);
  const prompts = [
    [...preamble, ...answer, ...book(5, 20)],
    [...preamble, ...book(2, 30)],
    // Long enough to push what the window would see out of memory.
    [...preamble, ...book(3, 220)],
    [...preamble, ...book(4, 30)],
  ];
  const reused = [];
  for (const prompt of prompts) reused.push(await generate(runtime, prompt));
  await runtime.close();
  for (const [i, prompt] of prompts.entries()) {
    const other = await open(1024, memoryBytes);
    const { tokens } = await generate(other, prompt);
    await other.close();
    expect(distance(reused[i]?.tokens ?? [], tokens)).toBeLessThan(1e-3);
  }
  return reused.map(({ cached }) => cached);
};

test('a sliding window, with memory enough for all of it, is gone back in to any place', async () => {
  writeSlidingWindowModel(file);
  expect(await compare(1e9)).toEqual([311, 300, 300, 300]);
});

test('a sliding window without that memory is gone back in as far as it is there, else to a checkpoint', async () => {
  writeSlidingWindowModel(file);
  expect(await compare(1e6)).toEqual([311, 300, 300, 298]);
});

test('a recurrent model goes back to a checkpoint', async () => {
  writeRecurrentModel(file);
  expect(await compare(1e9)).toEqual([311, 298, 298, 298]);
});
