import { boundedTable } from './bounded-table.ts';

/** A request that may go on, or how long to wait. */
export interface Allowance {
  readonly allowed: boolean;
  /** Requests that could follow at once. */
  readonly remaining: number;
  /** s until there is room for one more; 0 when there is. */
  readonly waitSeconds: number;
  /** ms until all of the limit is there again. */
  readonly resetMs: number;
}

export interface RateLimit {
  /** Counts a request of `who`, who may send `perMinute`. */
  take(who: string, perMinute: number): Allowance;
  /** Whether one more would be allowed; counts nothing. */
  allows(who: string, perMinute: number): boolean;
}

interface Bucket {
  /** Requests saved up. */
  level: number;
  /** ms of the monotonic clock. */
  at: number;
}

const minute = 60_000;

const mostBuckets = 20_000;

/**
 * A bucket for each: it holds a minute's requests and fills evenly, so that a burst is fine and a limit is no cliff at
 * the turn of the minute. `now`: ms of a monotonic clock.
 */
export const createRateLimit = (now: () => number): RateLimit => {
  const buckets = boundedTable<Bucket>(mostBuckets);

  const levelOf = ({ level, at }: Bucket, perMinute: number, time: number): number =>
    Math.min(perMinute, level + ((time - at) * perMinute) / minute);

  const filled = (who: string, perMinute: number): Bucket => {
    const time = now();
    const known = buckets.get(who);
    if (!known) {
      const made = { level: perMinute, at: time };
      buckets.set(who, made);
      return made;
    }
    known.level = levelOf(known, perMinute, time);
    known.at = time;
    return known;
  };

  return {
    take: (who, perMinute) => {
      const bucket = filled(who, perMinute);
      const allowed = bucket.level >= 1;
      if (allowed) bucket.level -= 1;
      const missing = Math.max(0, 1 - bucket.level);
      return {
        allowed,
        remaining: Math.floor(bucket.level),
        waitSeconds: Math.ceil((missing * minute) / perMinute / 1000),
        resetMs: Math.ceil(((perMinute - bucket.level) * minute) / perMinute),
      };
    },
    allows: (who, perMinute) => {
      const bucket = buckets.get(who);
      return bucket === undefined || levelOf(bucket, perMinute, now()) >= 1;
    },
  };
};
