/** Whether and when an attempt that failed before its first byte is made again. */
export interface Retries {
  /** Counts a request, which earns a part of a retry. */
  earn(): void;
  /**
   * ms until try number `attempt` (1: the first repetition); undefined when there shall be none. `retryAfter`: what the
   * engine asks for, s. `left`: what the request has left of its time, ms.
   */
  spend(attempt: number, retryAfter: number | undefined, left: number): number | undefined;
}

const mostRepetitions = 3;

/** ms before the first repetition; four times as long before each following one. */
const firstDelay = 100;

/** An engine that asks for a longer pause than this is taken at its word: the client hears it, s. */
const longestPause = 2;

/** Each request earns a fifth of a repetition, so that a storm of failures is at most a fifth worse for them. */
const earned = 0.2;
const mostSaved = 10;

/** Exponential delays with jitter, within a budget. `random`: from 0 up to 1. */
export const createRetries = (random: () => number = Math.random): Retries => {
  let saved = mostSaved;
  return {
    earn: () => {
      saved = Math.min(mostSaved, saved + earned);
    },
    spend: (attempt, retryAfter = 0, left) => {
      if (attempt > mostRepetitions || saved < 1 || retryAfter > longestPause) return undefined;
      const jittered = firstDelay * 4 ** (attempt - 1) * (0.5 + random() / 2);
      const delay = Math.max(jittered, retryAfter * 1000);
      if (delay >= left) return undefined;
      saved -= 1;
      return delay;
    },
  };
};
