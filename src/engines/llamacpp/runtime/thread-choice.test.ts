import { expect, test } from 'vitest';
import { chooseThreads, median, sparingOne, threadSettings } from './thread-choice.ts';

test.each([
  [1, [1]],
  [2, [1, 2]],
  [6, [1, 2, 4, 6]],
  [8, [1, 2, 4, 8]],
  [1.5, [1]],
  [0.3, [1]],
])('with %d cores these are tried: %j', (cores, settings) => {
  expect(threadSettings(cores)).toEqual(settings);
});

test('another thread must win more than a tenth', () => {
  expect(
    chooseThreads([
      { threads: 2, ms: 9.5 },
      { threads: 1, ms: 10 },
    ]),
  ).toBe(1);
  expect(
    chooseThreads([
      { threads: 1, ms: 10 },
      { threads: 2, ms: 6 },
      { threads: 4, ms: 5.9 },
    ]),
  ).toBe(2);
});

test('more threads that are slower are not taken', () => {
  expect(
    chooseThreads([
      { threads: 2, ms: 20 },
      { threads: 1, ms: 8 },
    ]),
  ).toBe(1);
});

test('the middle of a list', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test.each([
  [1, 1],
  [1.5, 1],
  [2, 1],
  [8, 7],
])('of %d cores work that a person watches takes %d', (cores, threads) => {
  expect(sparingOne(cores)).toBe(threads);
});
