/** Spares an engine that is not there, and its clients the wait. Times are ms of the monotonic clock. */
export interface Breaker {
  /** Whether requests are kept from it. */
  readonly isOpen: boolean;
  /** 0: a request may go out, and says afterwards how it went; else ms until one may. */
  admit(): number;
  /** It answered, with whatever status: it lives. */
  succeeded(): void;
  /** It could not be reached, broke off before the first byte or was silent for too long. `since`: when it was asked. */
  failed(since: number): void;
  /** Nothing was learnt: the client left first. `since`: when the engine was asked. */
  abandoned(since: number): void;
  /**
   * It says itself that it is well. That lets the next request through at once, or, when one was let through that it still
   * works on, all of them: a long prompt need not be read to its end to prove it. Requests have the last word.
   */
  saysWell(): void;
}

const failuresToOpen = 5;

/** ms; twice as long after each probe that fails. */
const firstPause = 1000;
const longestPause = 30_000;

/**
 * Opens after five failures in a row; after a pause one request at a time probes. Answers never count as failures: a
 * prompt that makes an engine say 500 must not cost others their service. While it is open only the probe counts: what
 * was under way when an engine died comes back as failures, too, and would make the pause as long as it can be.
 */
export const createBreaker = (now: () => number): Breaker => {
  let failures = 0;
  let pause = firstPause;
  let opensAt = 0;
  /** When the probe went out that is still under way. */
  let probeSince: number | undefined;
  const isOpen = (): boolean => failures >= failuresToOpen;
  const isProbe = (since: number): boolean => probeSince !== undefined && since >= probeSince;
  return {
    get isOpen() {
      return isOpen();
    },
    admit: () => {
      if (!isOpen()) return 0;
      const wait = opensAt - now();
      if (wait > 0) return wait;
      if (probeSince !== undefined) return firstPause;
      probeSince = now();
      return 0;
    },
    succeeded: () => {
      failures = 0;
      pause = firstPause;
      probeSince = undefined;
    },
    failed: (since) => {
      if (isOpen() && !isProbe(since)) return;
      failures += 1;
      if (!isOpen()) return;
      opensAt = now() + pause;
      pause = Math.min(pause * 2, longestPause);
      probeSince = undefined;
    },
    abandoned: (since) => {
      if (isProbe(since)) probeSince = undefined;
    },
    saysWell: () => {
      if (!isOpen()) return;
      if (probeSince === undefined) opensAt = now();
      else failures = 0;
      probeSince = undefined;
    },
  };
};
