import { charsOf, range } from './char-set.ts';
import { type FractionRange, fractionBetween, wholeBetween } from './digits.ts';
import {
  chars,
  choice,
  type Expression,
  empty,
  nothing,
  optional,
  repeat,
  sequence,
  text,
} from './expression.ts';
import { digit } from './json-text.ts';
import type { RuleBook } from './rule-book.ts';

/** Digits before the point; a number without a bound would let a small model write digits without end. */
export const wholeDigits = 16;

/** What has as many digits is below this: a bound that is further out asks for nothing. */
export const outOfReach = 10 ** wholeDigits;
const fractionDigits = 10;

/** A double keeps this many decimal digits apart. */
const exactDigits = 15;

const largest = 10n ** BigInt(wholeDigits) - 1n;

const digits = (min: number, max: number): Expression => repeat(chars(digit), min, max);
const minus: Expression = text('-');
const point: Expression = text('.');

export const anyInteger = (book: RuleBook): Expression =>
  book.shared('integer', () => choice(text('0'), sequence(optional(minus), nonZero)));

const nonZero: Expression = sequence(chars(range('1', '9')), digits(0, wholeDigits - 1));

export const anyNumber = (book: RuleBook): Expression =>
  book.shared('number', () => {
    const whole = choice(text('0'), nonZero);
    const fraction = optional(sequence(point, digits(1, fractionDigits)));
    const exponent = optional(sequence(chars(charsOf('eE')), optional(chars(charsOf('+-'))), digits(1, 2)));
    return sequence(optional(minus), whole, fraction, exponent);
  });

/** Whole numbers between two bounds; where one is missing, up to 16 digits. */
export const integerBetween = (low: bigint | undefined, high: bigint | undefined): Expression => {
  const from = low ?? -magnitudeLimit(high);
  const to = high ?? magnitudeLimit(low);
  const negative = from < 0n ? sequence(minus, wholeBetween(max(1n, -to), -from)) : nothing;
  return choice(negative, to < 0n ? nothing : wholeBetween(max(0n, from), to));
};

/** How far from zero to go on the open side: further than the other bound, in any case. */
const magnitudeLimit = (other: bigint | undefined): bigint => {
  const size = other === undefined ? 0n : other < 0n ? -other : other;
  return size < largest ? largest : 10n ** BigInt(String(size).length + 1) - 1n;
};

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** A decimal bound, not negative: digits before the point, digits behind it without trailing zeros. */
interface Bound {
  readonly whole: bigint;
  readonly fraction: string;
  readonly excluded: boolean;
}

/** `value` has digits in ordinary notation; `excluded`: the bound itself is outside. */
export interface NumberBound {
  readonly value: number;
  readonly excluded: boolean;
}

/** Decimal numbers between two bounds, without exponents; where one is missing, up to 16 digits before the point. */
export const decimalBetween = (low: NumberBound | undefined, high: NumberBound | undefined): Expression => {
  const most = Math.max(1, Math.min(fractionDigits, exactDigits - Math.max(wholeSize(low), wholeSize(high))));
  const positive = high && isBelowZero(high) ? nothing : magnitude(low && atLeastZero(low), high, most);
  const negative =
    low && low.value >= 0 ? nothing : magnitude(high && mirrored(high), low && mirrored(low), most);
  return choice(sequence(minus, negative), positive);
};

/** Whether every decimal number between the bounds keeps its side of them when it is read as a double. */
export const keepsBounds = (...bounds: readonly (NumberBound | undefined)[]): boolean =>
  bounds.every((bound) => wholeSize(bound) < exactDigits && (!bound || isWritten(bound)));

/** Very small bounds have more digits than are written out. */
const isWritten = (bound: NumberBound): boolean => {
  const { whole, fraction } = boundOf(bound);
  return Number(`${whole}.${fraction}`) === Math.abs(bound.value);
};

const wholeSize = (bound: NumberBound | undefined): number =>
  bound === undefined ? 1 : String(boundOf(bound).whole).length;

const isBelowZero = ({ value, excluded }: NumberBound): boolean => value < 0 || (value === 0 && excluded);

const atLeastZero = (bound: NumberBound): NumberBound =>
  bound.value < 0 ? { value: 0, excluded: false } : bound;

const mirrored = ({ value, excluded }: NumberBound): NumberBound =>
  value > 0 ? { value: 0, excluded: true } : { value: Math.abs(value), excluded };

const boundOf = ({ value, excluded }: NumberBound): Bound => {
  const printed = String(Math.abs(value));
  const plain = printed.includes('e') ? withoutExponent(Math.abs(value)) : printed;
  const [whole = '0', fraction = ''] = plain.split('.');
  return { whole: BigInt(whole), fraction: fraction.replace(/0+$/, ''), excluded };
};

const withoutExponent = (value: number): string => (value < 1 ? value.toFixed(20) : String(BigInt(value)));

/** Texts of a number's magnitude between two bounds that aren't negative. */
const magnitude = (low: NumberBound | undefined, high: NumberBound | undefined, most: number): Expression => {
  const from = boundOf(low ?? { value: 0, excluded: false });
  const to = high && boundOf(high);
  const fractions = (whole: bigint): Expression => {
    const atLow = whole === from.whole;
    const atHigh = whole === to?.whole;
    return fractionPart(
      {
        low: atLow ? from.fraction : '',
        lowExcluded: atLow && from.excluded,
        high: atHigh ? to?.fraction : undefined,
        highExcluded: atHigh && to?.excluded === true,
      },
      most,
    );
  };
  const edge = (whole: bigint): Expression => sequence(text(String(whole)), fractions(whole));
  const last = to ? to.whole - 1n : magnitudeLimit(from.whole);
  const inner = sequence(wholeBetween(from.whole + 1n, last), freeFraction(most));
  const ends = to && to.whole !== from.whole ? choice(edge(from.whole), edge(to.whole)) : edge(from.whole);
  if (to && to.whole < from.whole) return nothing;
  return choice(ends, inner);
};

const freeFraction = (most: number): Expression => optional(sequence(point, digits(1, most)));

const fractionPart = (range: FractionRange, most: number): Expression => {
  const places = Math.max(most, range.low.length + 1, (range.high?.length ?? 0) + 1);
  const some = sequence(point, fractionBetween(range, 1, places));
  const noneFits = range.low === '' && !range.lowExcluded && !(range.high === '' && range.highExcluded);
  return noneFits ? choice(empty, some) : some;
};
