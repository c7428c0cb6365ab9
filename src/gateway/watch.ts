import type { Exchange, OpenCounts } from './exchange.ts';

/** Whoever is told of the exchanges. */
export interface Watch {
  /** Counts those that are open; the exchanges themselves do. */
  readonly open: OpenCounts;
  /** An exchange is over, however it ended. `now`: ms of the monotonic clock. */
  readonly ended: (exchange: Exchange, now: number) => void;
}
