import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/system/clock.ts';

export interface ManualClock extends Clock {
  /** Lets so much time pass, and everything happen that waits for it. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Whatever follows from what just happened, without any time passing. */
const settle = async (): Promise<void> => {
  for (let times = 0; times < 5; times++) await turn();
};

/** Time that stands still until it is told to go on. */
export const manualClock = (start = 1_000_000): ManualClock => {
  let now = start;
  let sleepers: readonly Sleeper[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { due: now + ms, wake: resolve };
        sleepers = [...sleepers, sleeper];
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          reject(signal.reason);
        });
      }),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
        if (!next) break;
        sleepers = sleepers.filter((one) => one !== next);
        now = Math.max(now, next.due);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
};
