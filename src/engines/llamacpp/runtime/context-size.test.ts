import { expect, test } from 'vitest';
import { type ContextRequest, planContext } from './context-size.ts';

const perToken = 1000;
const need = async (tokens: number, parallel: number): Promise<number> => tokens * parallel * perToken;

const request = (changes: Partial<ContextRequest>): ContextRequest => ({
  contextTokens: undefined,
  parallel: 4,
  trainContextTokens: 32_768,
  memoryBytes: 1e12,
  ...changes,
});

test('with memory enough: what the model was trained for', async () => {
  expect(await planContext(request({}), need)).toEqual({ contextTokens: 32_768, parallel: 4 });
});

test('what was asked for is taken as it is', async () => {
  const plan = await planContext(request({ contextTokens: 100_000, memoryBytes: 1 }), need);
  expect(plan).toEqual({ contextTokens: 100_000, parallel: 4 });
});

test('cut to the memory, by steps of 256, as close as it goes', async () => {
  const plan = await planContext(request({ memoryBytes: 20_000 * 4 * perToken }), need);
  expect(plan).toEqual({ contextTokens: 19_968, parallel: 4 });
});

test('fewer requests at once before a short context', async () => {
  const plan = await planContext(request({ memoryBytes: 17_000 * perToken }), need);
  expect(plan).toEqual({ contextTokens: 16_896, parallel: 1 });
});

test('a model with a short context keeps all requests', async () => {
  const plan = await planContext(
    request({ trainContextTokens: 2048, memoryBytes: 2048 * 4 * perToken }),
    need,
  );
  expect(plan).toEqual({ contextTokens: 2048, parallel: 4 });
});

test('nothing fits', async () => {
  expect(await planContext(request({ memoryBytes: 100 * perToken }), need)).toBeUndefined();
});
