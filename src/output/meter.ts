/** How far something is and how fast it goes. */
export interface Reading {
  readonly done: number;
  readonly total: number;
  /** 0 to 1. */
  readonly fraction: number;
  /** Per second over the last few seconds; undefined until it can be told. */
  readonly rate: number | undefined;
  /** ms; undefined until it can be told. */
  readonly left: number | undefined;
}

/** Speed is that of the last 8 s: long enough to be steady, short enough to follow a change. */
const windowMs = 8000;
/** Nothing is said about speed before this long. */
const warmUpMs = 500;

/**
 * Works out speed and time left from what it is told. What was there at the first reading (a resumed download)
 * does not count as speed. `now` is a clock in ms that never jumps.
 */
export const createMeter = (now: () => number): ((done: number, total: number) => Reading) => {
  const seen: { readonly at: number; readonly done: number }[] = [];
  return (done, total) => {
    const at = now();
    // A step back means that something was begun anew.
    if (done < (seen.at(-1)?.done ?? 0)) seen.length = 0;
    seen.push({ at, done });
    while (seen.length > 2 && at - (seen[1]?.at ?? at) > windowMs) seen.shift();
    const first = seen[0] ?? { at, done };
    const elapsed = at - first.at;
    const rate = elapsed >= warmUpMs ? ((done - first.done) * 1000) / elapsed : undefined;
    const left = rate !== undefined && rate > 0 ? ((total - done) * 1000) / rate : undefined;
    return { done, total, fraction: total > 0 ? Math.min(done / total, 1) : 0, rate, left };
  };
};
