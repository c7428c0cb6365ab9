/** Spares an engine that is not there, and its clients the wait. */
export interface Breaker {
  /** Whether requests are kept from it. */
  readonly isOpen: boolean;
  /** 0: a request may go out, and says afterwards how it went; else ms until one may. */
  admit(): number;
  /** It answered, with whatever status: it lives. */
  succeeded(): void;
  /** It could not be reached, broke off before the first byte or was silent for too long. */
  failed(): void;
  /** Nothing was learnt: the client left first. */
  abandoned(): void;
}

const failuresToOpen = 5;

/** ms; twice as long after each probe that fails. */
const firstPause = 1000;
const longestPause = 30_000;

/**
 * Opens after five failures in a row; after a pause one request at a time probes. Answers never count as failures: a
 * prompt that makes an engine say 500 must not cost others their service. `now`: ms of a monotonic clock.
 */
export const createBreaker = (now: () => number): Breaker => {
  let failures = 0;
  let pause = firstPause;
  let opensAt = 0;
  let probing = false;
  const isOpen = (): boolean => failures >= failuresToOpen;
  return {
    get isOpen() {
      return isOpen();
    },
    admit: () => {
      if (!isOpen()) return 0;
      const wait = opensAt - now();
      if (wait > 0) return wait;
      if (probing) return firstPause;
      probing = true;
      return 0;
    },
    succeeded: () => {
      failures = 0;
      pause = firstPause;
      probing = false;
    },
    failed: () => {
      failures += 1;
      if (!isOpen()) return;
      opensAt = now() + pause;
      pause = Math.min(pause * 2, longestPause);
      probing = false;
    },
    abandoned: () => {
      probing = false;
    },
  };
};
