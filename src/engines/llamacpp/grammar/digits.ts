import { type CharSet, range } from './char-set.ts';
import { chars, choice, type Expression, empty, nothing, repeat, sequence, text } from './expression.ts';
import { digit } from './json-text.ts';

/** Texts of decimal digits between two bounds. Bounds are texts of digits too, so that no precision is lost. */

const digits = (min: number, max: number): Expression => repeat(chars(digit), min, max);

const oneOf = (first: number, last: number): Expression => {
  if (first > last) return nothing;
  const set: CharSet = range(String(first), String(last));
  return first === last ? text(String(first)) : chars(set);
};

const first = (text: string): number => Number(text[0] ?? '0');

/** Texts as long as both bounds, from `low` to `high`. */
const sameLength = (low: string, high: string): Expression => {
  const length = low.length;
  if (length === 0) return empty;
  if (low > high) return nothing;
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first(low) === first(high))
    return sequence(oneOf(first(low), first(low)), sameLength(lowRest, highRest));
  const lowIsFull = /^0*$/.test(lowRest);
  const highIsFull = /^9*$/.test(highRest);
  return choice(
    lowIsFull
      ? nothing
      : sequence(oneOf(first(low), first(low)), sameLength(lowRest, '9'.repeat(length - 1))),
    sequence(
      oneOf(first(low) + (lowIsFull ? 0 : 1), first(high) - (highIsFull ? 0 : 1)),
      digits(length - 1, length - 1),
    ),
    highIsFull
      ? nothing
      : sequence(oneOf(first(high), first(high)), sameLength('0'.repeat(length - 1), highRest)),
  );
};

/** Whole numbers from `low` to `high`, neither negative, without leading zeros. */
export const wholeBetween = (low: bigint, high: bigint): Expression => {
  if (low > high) return nothing;
  if (low === 0n && high >= 10n) return choice(text('0'), wholeBetween(1n, high));
  const [shortest, longest] = [String(low).length, String(high).length];
  const options: Expression[] = [];
  // Lengths that are free from 10…0 to 99…9 go into one option.
  let freeFrom: number | undefined;
  const free = (to: number): Expression =>
    freeFrom === undefined ? nothing : sequence(oneOf(1, 9), digits(freeFrom - 1, to - 1));
  for (let length = shortest; length <= longest; length += 1) {
    const smallest = length === 1 ? (low === 0n ? '0' : '1') : `1${'0'.repeat(length - 1)}`;
    const from = length === shortest ? String(low) : smallest;
    const to = length === longest ? String(high) : '9'.repeat(length);
    const isFree = from === smallest && from !== '0' && to === '9'.repeat(length);
    if (isFree) freeFrom ??= length;
    else {
      options.push(free(length - 1), sameLength(from, to));
      freeFrom = undefined;
    }
  }
  return choice(...options, free(longest));
};

/**
 * Digits behind the point. `low` and `high` are bounds without trailing zeros, `most` is how many digits there may
 * be, `least` (0 or 1) how many there must be.
 */
export interface FractionRange {
  readonly low: string;
  readonly lowExcluded: boolean;
  /** undefined: up to .999… */
  readonly high: string | undefined;
  readonly highExcluded: boolean;
}

export const fractionBetween = (range: FractionRange, least: number, most: number): Expression => {
  const { low, lowExcluded, high, highExcluded } = range;
  if (high === undefined) return fractionFrom(low, lowExcluded, least, most);
  if (low === '' && !lowExcluded) return fractionTo(high, highExcluded, least, most);
  if (most === 0 || high === '') return nothing;
  const [lowDigit, highDigit] = [first(low), first(high)];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (lowDigit > highDigit) return nothing;
  if (lowDigit === highDigit) {
    const rest = fractionBetween({ low: lowRest, lowExcluded, high: highRest, highExcluded }, 0, most - 1);
    return sequence(text(String(lowDigit)), rest);
  }
  return choice(
    sequence(text(String(lowDigit)), fractionFrom(lowRest, lowExcluded, 0, most - 1)),
    sequence(oneOf(lowDigit + 1, highDigit - 1), digits(0, most - 1)),
    sequence(text(String(highDigit)), fractionTo(highRest, highExcluded, 0, most - 1)),
  );
};

const fractionFrom = (low: string, excluded: boolean, least: number, most: number): Expression => {
  if (low === '' && !excluded) return digits(least, most);
  if (most === 0) return nothing;
  if (low === '') {
    return sequence(repeat(text('0'), 0, most - 1), oneOf(1, 9), digits(0, most - 1));
  }
  return choice(
    sequence(oneOf(first(low) + 1, 9), digits(0, most - 1)),
    sequence(text(low.slice(0, 1)), fractionFrom(low.slice(1), excluded, 0, most - 1)),
  );
};

const fractionTo = (high: string, excluded: boolean, least: number, most: number): Expression => {
  if (high === '') return excluded ? nothing : repeat(text('0'), least, most);
  const none = least === 0 ? empty : nothing;
  if (most === 0) return none;
  return choice(
    none,
    sequence(oneOf(0, first(high) - 1), digits(0, most - 1)),
    sequence(text(high.slice(0, 1)), fractionTo(high.slice(1), excluded, 0, most - 1)),
  );
};
