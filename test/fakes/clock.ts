import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/system/clock.ts';

/** Time that passes when a test says so. */
export interface ManualClock extends Clock {
  /** Lets so many ms pass, and whoever slept until then go on. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

export const manualClock = (): ManualClock => {
  let time = 1_000_000;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = { until: time + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            sleepers.delete(sleeper);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
    pass: async (ms) => {
      const until = time + ms;
      await turn();
      for (;;) {
        const [next] = [...sleepers].filter((one) => one.until <= until).sort((a, b) => a.until - b.until);
        if (!next) break;
        sleepers.delete(next);
        time = Math.max(time, next.until);
        next.wake();
        // What it does then may make it sleep again before that time.
        await turn();
      }
      time = until;
    },
  };
};
