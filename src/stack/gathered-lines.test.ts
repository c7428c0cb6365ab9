import { expect, test } from 'vitest';
import { until } from '../../test/support/until.ts';
import { realClock } from '../system/clock.ts';
import { gatherLines } from './gathered-lines.ts';

test('what comes within a moment goes in one piece, in order; what comes later in the next', async () => {
  const pieces: (readonly string[])[] = [];
  let wake = (): void => {};
  const clock = { ...realClock, sleep: () => new Promise<void>((resolve) => (wake = resolve)) };
  const lines = gatherLines(clock, async (some) => void pieces.push(some));
  for (const line of ['a', 'b\n', 'c']) lines.add(line);
  expect(pieces).toEqual([]);
  wake();
  await until(() => pieces.length === 1);
  lines.add('d');
  wake();
  await until(() => pieces.length === 2);
  expect(pieces).toEqual([['a\n', 'b\n', 'c\n'], ['d\n']]);
});

test('who flushes waits for no moment', async () => {
  const pieces: string[] = [];
  const never = {
    ...realClock,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  const lines = gatherLines(never, async (some) => void pieces.push(...some));
  lines.add('a');
  await lines.flush();
  expect(pieces).toEqual(['a\n']);
  lines.add('b');
  await lines.flush();
  expect(pieces).toEqual(['a\n', 'b\n']);
});

test('lines that nobody takes are counted and dropped; a failure loses what it was given, no more', async () => {
  const pieces: (readonly string[])[] = [];
  let refuse = true;
  const lines = gatherLines(realClock, async (some) => {
    pieces.push(some);
    if (refuse) throw new Error('full');
  });
  lines.add('lost');
  await lines.flush();
  refuse = false;
  for (let each = 0; each < 20_010; each += 1) lines.add(`${each}`);
  await lines.flush();
  expect(pieces[0]).toEqual(['lost\n']);
  expect(pieces[1]).toHaveLength(20_001);
  expect(pieces[1]?.at(-1)).toBe('(10 lines were dropped: they were not taken fast enough)\n');
});
