/**
 * What a Retry-After header says (RFC 9110 10.2.3: seconds, or a date), as seconds from `now`, which is ms since 1970;
 * 0 for a time that is past; undefined when it is missing or cannot be understood.
 */
export const retryAfterSeconds = (value: string | string[] | undefined, now: number): number | undefined => {
  if (typeof value !== 'string') return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return Number(value);
  // A date has a month in letters; without one Date.parse takes nearly anything.
  const at = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
};
