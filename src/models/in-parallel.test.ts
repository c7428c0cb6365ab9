import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

const never = new AbortController().signal;

test('does all of it, as many at once as allowed', async () => {
  const done: number[] = [];
  let now = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, never, async (item) => {
    now++;
    most = Math.max(most, now);
    for (let turns = 0; turns < 3; turns++) await turn();
    done.push(item);
    now--;
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('the first fault stops the rest, and is the one that is thrown', async () => {
  const begun: string[] = [];
  const work = inParallel(['bad', 'long', 'late'], 2, never, async (item, signal) => {
    begun.push(item);
    if (item === 'bad') throw new Error('bad');
    while (!signal.aborted) await turn();
    throw new Error('stopped because of another');
  });
  await expect(work).rejects.toThrow('bad');
  expect(begun).toEqual(['bad', 'long']);
});

test('a stop from outside is thrown as what it is', async () => {
  const stop = new AbortController();
  const work = inParallel([1, 2], 2, stop.signal, async (_item, signal) => {
    stop.abort(new Error('enough'));
    signal.throwIfAborted();
  });
  await expect(work).rejects.toThrow('enough');
});

test('nothing to do is no fault', async () => {
  await expect(inParallel([], 4, never, async () => {})).resolves.toBeUndefined();
});
