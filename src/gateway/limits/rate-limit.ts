/** A request that may go on, or how long to wait. */
interface Allowance {
  readonly allowed: boolean;
  /** Requests that could follow at once. */
  readonly remaining: number;
  /** s until there is room for one more; 0 when there is. */
  readonly waitSeconds: number;
}

export interface RateLimit {
  /** Counts a request of `who`, who may send `perMinute`. */
  take(who: string, perMinute: number): Allowance;
}

interface Bucket {
  /** Requests saved up. */
  level: number;
  /** ms of the monotonic clock. */
  at: number;
}

const minute = 60_000;

/** Those who were not seen for long are forgotten when there are this many. */
const mostBuckets = 10_000;

/**
 * A bucket for each: it holds a minute's requests and fills evenly, so that a burst is fine and a limit is no cliff at
 * the turn of the minute. `now`: ms of a monotonic clock.
 */
export const createRateLimit = (now: () => number): RateLimit => {
  const buckets = new Map<string, Bucket>();

  const bucketOf = (who: string, perMinute: number, time: number): Bucket => {
    const known = buckets.get(who);
    if (known) return known;
    if (buckets.size >= mostBuckets) {
      for (const [name, { at }] of buckets) if (time - at > minute) buckets.delete(name);
    }
    const made = { level: perMinute, at: time };
    buckets.set(who, made);
    return made;
  };

  return {
    take: (who, perMinute) => {
      const time = now();
      const bucket = bucketOf(who, perMinute, time);
      bucket.level = Math.min(perMinute, bucket.level + ((time - bucket.at) * perMinute) / minute);
      bucket.at = time;
      const allowed = bucket.level >= 1;
      if (allowed) bucket.level -= 1;
      const missing = Math.max(0, 1 - bucket.level);
      const waitSeconds = Math.ceil((missing * minute) / perMinute / 1000);
      return { allowed, remaining: Math.floor(bucket.level), waitSeconds };
    },
  };
};
