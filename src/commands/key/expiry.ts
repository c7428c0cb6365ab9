import { InvalidArgumentError } from 'commander';

const hour = 3600 * 1000;

/** ms. */
const units: Readonly<Record<string, number>> = {
  h: hour,
  d: 24 * hour,
  w: 7 * 24 * hour,
  y: 365 * 24 * hour,
};

/** As keys.json has it: a key that never expires has no time. */
export const expiryField = (expires: number): number | undefined =>
  expires === Number.POSITIVE_INFINITY ? undefined : expires;

/** The end of a day in UTC, or a moment. Undefined for what is no date, like 31 February. */
const moment = (text: string): number | undefined => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(isDay ? `${text}T23:59:59.999Z` : text);
  if (Number.isNaN(time)) return undefined;
  return isDay && !new Date(time).toISOString().startsWith(text) ? undefined : time;
};

/**
 * `30d`, `12h`, `2w`, `1y`, a day (`2027-01-31`: until its end, UTC) or a moment, as ms since 1970; `never` is
 * infinity. Throws InvalidArgumentError.
 */
export const readExpiry = (text: string, now: number): number => {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const [, count = '', unit = ''] = /^(\d{1,5})([hdwy])$/.exec(text) ?? [];
  const step = units[unit];
  const time = step === undefined ? moment(text) : now + Number(count) * step;
  if (time === undefined) {
    throw new InvalidArgumentError('It must be like 30d, 12h, 2w, 1y, 2027-01-31, or never.');
  }
  if (time <= now) throw new InvalidArgumentError('That time is past.');
  return time;
};
