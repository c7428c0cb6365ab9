import { expect, test } from 'vitest';
import type { Clock } from '../../system/clock.ts';
import { type Alarm, createAlarms } from './alarms.ts';

/** A clock that stands until it is told to go on; counts the sleeps that were begun. */
const handClock = () => {
  let time = 0;
  let begun = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        begun += 1;
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    sleepers,
    begun: () => begun,
    go: async (to: number): Promise<void> => {
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
        if (!next || next.at > to) break;
        time = next.at;
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      time = to;
    },
  };
};

const alarm = (due: number, ring: () => void): Alarm => ({ due, ring });

test('each rings once, after its time, whatever the order they were set in', async () => {
  const { clock, go } = handClock();
  const alarms = createAlarms(clock);
  const rung: number[] = [];
  for (const due of [300, 100, 200, 100]) alarms.set(alarm(due, () => rung.push(due)));
  await go(99);
  expect(rung).toEqual([]);
  await go(250);
  expect(rung).toEqual([100, 100, 200]);
  await go(1000);
  expect(rung).toEqual([100, 100, 200, 300]);
  expect(alarms.size).toBe(0);
});

test('what was dropped is silent, also when the one before it did that', async () => {
  const { clock, go } = handClock();
  const alarms = createAlarms(clock);
  const rung: string[] = [];
  const second = alarm(100, () => rung.push('second'));
  const third = alarm(100, () => rung.push('third'));
  alarms.set(alarm(100, () => alarms.drop(second)));
  alarms.set(second);
  alarms.set(third);
  alarms.drop(third);
  alarms.drop(third);
  await go(1000);
  expect(rung).toEqual([]);
});

test('one that rang can set itself anew', async () => {
  const { clock, go } = handClock();
  const alarms = createAlarms(clock);
  const times: number[] = [];
  const again = (due: number): Alarm => ({
    due,
    ring: (now) => {
      times.push(now);
      if (times.length < 4) alarms.set(again(now + 50));
    },
  });
  alarms.set(again(50));
  await go(1000);
  expect(times).toEqual([50, 100, 150, 200]);
});

test('ten thousand that come and go, each later than the last, cost one timer; it is gone at the end', async () => {
  const { clock, go, begun, sleepers } = handClock();
  const alarms = createAlarms(clock);
  for (let at = 0; at < 10_000; at += 1) {
    const one = alarm(1000 + at, () => {});
    alarms.set(one);
    alarms.drop(one);
  }
  expect(begun()).toBe(1);
  await go(20_000);
  expect(sleepers.size).toBe(0);
  expect(begun()).toBe(1);
});
