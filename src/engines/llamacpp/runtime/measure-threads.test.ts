import { expect, test } from 'vitest';
import type { LlamaSequence } from './library.ts';
import { measureThreads } from './measure-threads.ts';

/** A machine whose steps take what they are said to. */
const machine = (decodeMs: Readonly<Record<number, number>>, prefillMs: Readonly<Record<number, number>>) => {
  let time = 0;
  let threads = 1;
  const tried: number[] = [];
  const sequence = {
    clearHistory: async () => {},
    evaluateWithoutGeneratingNewTokens: async () => {
      time += prefillMs[threads] ?? 1;
    },
    async *evaluateWithMetadata() {
      for (;;) {
        time += decodeMs[threads] ?? 1;
        yield { token: 1 };
      }
    },
  } as unknown as LlamaSequence;
  const measure = () =>
    measureThreads({
      sequence,
      settings: { decode: [1, 2, 4, 8], prefill: [1, 2, 4, 8] },
      token: 1,
      setThreads: (count) => {
        threads = count;
        tried.push(count);
      },
      now: () => time,
      signal: undefined,
    });
  return { measure, tried, elapsed: () => time };
};

test('decode and prefill are chosen each for itself', async () => {
  const { measure } = machine({ 1: 8, 2: 15, 4: 30, 8: 60 }, { 1: 100, 2: 55, 4: 30, 8: 29 });
  expect(await measure()).toEqual({ decode: 1, prefill: 4, tokensPerSecond: 125 });
});

test('few threads are not tried on a machine where many are much better', async () => {
  const { measure, tried } = machine({ 1: 800, 2: 400, 4: 200, 8: 100 }, { 1: 800, 2: 400, 4: 200, 8: 100 });
  expect(await measure()).toMatchObject({ decode: 8, prefill: 8 });
  expect(tried).toEqual([8, 4, 8, 4]);
});

test('a large model is not measured for long', async () => {
  const slow = { 1: 500, 2: 500, 4: 500, 8: 500 };
  const { measure, elapsed } = machine(slow, slow);
  await measure();
  expect(elapsed()).toBeLessThan(7000);
});
