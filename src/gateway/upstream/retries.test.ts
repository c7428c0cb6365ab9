import { expect, test } from 'vitest';
import { createRetries } from './retries.ts';

const ever = Number.POSITIVE_INFINITY;

test('three repetitions, each four times as long away, with jitter', () => {
  expect([1, 2, 3, 4].map((attempt) => createRetries(() => 1).spend(attempt, undefined, ever))).toEqual([
    100,
    400,
    1600,
    undefined,
  ]);
  expect(createRetries(() => 0).spend(1, undefined, ever)).toBe(50);
});

test("the engine's Retry-After is the least, and a long one is for the client to hear", () => {
  const retries = createRetries(() => 1);
  expect(retries.spend(1, 1, ever)).toBe(1000);
  expect(retries.spend(1, 3, ever)).toBeUndefined();
});

test('repetitions are paid from what requests earn', () => {
  const retries = createRetries(() => 1);
  const spend = (): boolean => retries.spend(1, undefined, ever) !== undefined;
  expect(Array.from({ length: 11 }, spend)).toEqual([...Array(10).fill(true), false]);
  for (let at = 0; at < 6; at += 1) retries.earn();
  expect([spend(), spend()]).toEqual([true, false]);
});

test('a repetition that would come after the request is over is none, and costs nothing', () => {
  const retries = createRetries(() => 1);
  for (let at = 0; at < 20; at += 1) expect(retries.spend(1, undefined, 100)).toBeUndefined();
  expect(retries.spend(1, undefined, 101)).toBe(100);
});
