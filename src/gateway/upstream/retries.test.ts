import { expect, test } from 'vitest';
import { createRetries } from './retries.ts';

test('three repetitions, each four times as long away, with jitter', () => {
  expect([1, 2, 3, 4].map((attempt) => createRetries(() => 1).spend(attempt, undefined))).toEqual([
    100,
    400,
    1600,
    undefined,
  ]);
  expect(createRetries(() => 0).spend(1, undefined)).toBe(50);
});

test("the engine's Retry-After is the least, and a long one is for the client to hear", () => {
  const retries = createRetries(() => 1);
  expect(retries.spend(1, 1)).toBe(1000);
  expect(retries.spend(1, 3)).toBeUndefined();
});

test('repetitions are paid from what requests earn', () => {
  const retries = createRetries(() => 1);
  const spend = (): boolean => retries.spend(1, undefined) !== undefined;
  expect(Array.from({ length: 11 }, spend)).toEqual([...Array(10).fill(true), false]);
  for (let at = 0; at < 6; at += 1) retries.earn();
  expect([spend(), spend()]).toEqual([true, false]);
});
