import { expect, test } from 'vitest';
import { SteadyThreads } from './steady-threads.ts';

const warm = (): SteadyThreads => {
  const steady = new SteadyThreads(2);
  for (let step = 0; step < 20; step++) steady.learn(3, 60);
  return steady;
};

const stepsWithOne = (steady: SteadyThreads): number => {
  let steps = 0;
  for (; steady.threads === 1; steps++) steady.learn(3, 100);
  return steps;
};

test('steps that take about as long as usual keep their threads', () => {
  const steady = warm();
  for (const ms of [40, 120, 290]) steady.learn(3, ms);
  expect(steady.threads).toBe(2);
});

test('a longer prompt or batch is not taken for a disturbance', () => {
  const steady = warm();
  steady.learn(64, 64 * 20 * 4);
  expect(steady.threads).toBe(2);
});

test('after a step that was held up one thread works for a while, and longer the next time', () => {
  const steady = warm();
  steady.learn(3, 3200);
  expect(steady.threads).toBe(1);
  expect(stepsWithOne(steady)).toBe(64);
  steady.learn(3, 3200);
  expect(stepsWithOne(steady)).toBe(128);
});

test('calm steps let it forget', () => {
  const steady = warm();
  steady.learn(3, 3200);
  stepsWithOne(steady);
  for (let step = 0; step < 100; step++) steady.learn(3, 60);
  steady.learn(3, 3200);
  expect(stepsWithOne(steady)).toBe(64);
});

test('one thread stays one', () => {
  const steady = new SteadyThreads(1);
  for (const ms of [10, 5000]) steady.learn(1, ms);
  expect(steady.threads).toBe(1);
});
