import { expect, test } from 'vitest';
import type { TokenBias } from './library.ts';
import type { Sampling, Token } from './runtime.ts';
import { nativeSeed, neverShift, samplerOptions } from './sampler-options.ts';

const plain: Sampling = {
  temperature: 1,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 7,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(),
};

const options = (
  changes: Partial<Sampling>,
  generated: readonly Token[] = [],
  prompt: readonly Token[] = [],
) =>
  samplerOptions({
    sampling: { ...plain, ...changes },
    prompt,
    generated,
    grammarState: () => undefined,
    newBias: (): TokenBias => ({ _biases: new Map() }),
  });

test("OpenAI's defaults switch the library's own samplers off", () => {
  const { temperature, topK, topP, minP, seed, repeatPenalty, tokenBias } = options({});
  expect({ temperature, topK, topP, minP, seed }).toEqual({
    temperature: 1,
    topK: null,
    topP: null,
    minP: null,
    seed: 7,
  });
  expect(repeatPenalty).toBeUndefined();
  expect(tokenBias).toBeUndefined();
});

test('what is set is passed on', () => {
  expect(options({ topK: 5, topP: 0.9, minP: 0.1 })).toMatchObject({ topK: 5, topP: 0.9, minP: 0.1 });
});

test('a temperature of almost nothing is greedy, whatever else is set', () => {
  expect(options({ temperature: 1e-6, topK: 5, topP: 0.5, minP: 0.1 })).toMatchObject({
    temperature: 0,
    topK: null,
    topP: null,
    minP: null,
  });
});

test('seeds are cut to 32 bits, and the one that means "any" is not used', () => {
  expect(nativeSeed(42)).toBe(42);
  expect(nativeSeed(-1)).toBe(0xffff_fffe);
  expect(nativeSeed(2 ** 32 + 5)).toBe(5);
  expect(nativeSeed(0xffff_ffff)).toBe(0xffff_fffe);
});

test('presence and frequency penalties count what was generated', () => {
  const { repeatPenalty } = options({ presencePenalty: 0.5, frequencyPenalty: 0.3 }, [4, 4], [1, 2]);
  expect(repeatPenalty).toMatchObject({ presencePenalty: 0.5, frequencyPenalty: 0.3, penalty: 1 });
  expect(repeatPenalty?.punishTokens()).toEqual([4, 4]);
});

test('a repetition penalty counts the prompt too; the others then go through the bias', () => {
  const made = options(
    { repetitionPenalty: 1.2, presencePenalty: 0.5, frequencyPenalty: 0.25 },
    [4, 4, 9],
    [1, 2],
  );
  expect(made.repeatPenalty).toMatchObject({ penalty: 1.2, presencePenalty: 0, frequencyPenalty: 0 });
  expect(made.repeatPenalty?.punishTokens()).toEqual([1, 2, 4, 4, 9]);
  expect([...(made.tokenBias?.()._biases ?? [])]).toEqual([
    [4, -1],
    [9, -0.75],
  ]);
});

test('a bias of -100 bans a token', () => {
  const { tokenBias } = options({
    logitBias: new Map([
      [3, -100],
      [5, 12],
    ]),
  });
  expect([...(tokenBias?.()._biases ?? [])]).toEqual([
    [3, -Infinity],
    [5, 12],
  ]);
});

test('a full context is never shifted', () => {
  expect(neverShift.strategy).toThrow('the context is full');
});
