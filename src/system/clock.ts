import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Wall-clock time, in ms since 1970. */
  now(): number;
  /** A clock that never jumps, in ms; only differences mean something. */
  monotonic(): number;
  /**
   * Waits; rejects with the signal's reason when it is aborted meanwhile. `ref: false`: a process that has nothing else
   * to do ends without waiting for it.
   */
  sleep(ms: number, signal?: AbortSignal, options?: { readonly ref?: boolean }): Promise<void>;
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal, { ref = true } = {}) => {
    await delay(ms, undefined, signal ? { signal, ref } : { ref });
  },
};
