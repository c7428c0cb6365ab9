import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Wall-clock time, in ms since 1970. */
  now(): number;
  /** A clock that never jumps, in ms; only differences mean something. */
  monotonic(): number;
  /** Waits; rejects with the signal's reason when it is aborted meanwhile. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
