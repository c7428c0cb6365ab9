import { lowerBound, multiples, upperBound } from './bounds.ts';
import { type Expression, never } from './expression.ts';
import { severalOf } from './multiples.ts';
import {
  anyInteger,
  anyNumber,
  decimalBetween,
  integerBetween,
  keepsBounds,
  type NumberBound,
  outOfReach,
} from './number-text.ts';
import type { RuleBook } from './rule-book.ts';
import type { Member } from './schema-alternatives.ts';

/** Numbers that meet the schemas. */
export const numberText = (book: RuleBook, member: Member, type: 'number' | 'integer'): Expression => {
  const bounds = { low: lowerBound(member), high: upperBound(member) };
  const steps = multiples(member);
  const expression = numbersBetween(book, bounds, steps, type);
  if (expression.kind === 'rule' || expression.kind === 'text') return expression;
  if (expression.kind !== 'never') return book.shared(nameOf(type, bounds, steps), () => expression);
  const keyword = steps.length > 0 ? 'multipleOf' : 'maximum';
  return never(member[0]?.path ?? '', keyword, 'no number is within the bounds');
};

interface Bounds {
  readonly low: NumberBound | undefined;
  readonly high: NumberBound | undefined;
}

const nameOf = (type: string, { low, high }: Bounds, steps: readonly number[]): string => {
  const from = low ? ` ${low.excluded ? 'above' : 'from'} ${low.value}` : '';
  const to = high ? ` ${high.excluded ? 'below' : 'to'} ${high.value}` : '';
  return `${type}${from}${to}${steps.map((step) => ` by ${step}`).join('')}`;
};

const numbersBetween = (
  book: RuleBook,
  bounds: Bounds,
  steps: readonly number[],
  type: 'number' | 'integer',
): Expression => {
  const isWhole = type === 'integer' || steps.some(Number.isInteger);
  const [step, ...others] = steps.filter((one) => one !== 1);
  const { low, high } = withinReach(bounds);
  if (step !== undefined) {
    if (others.length > 0) book.markInexact();
    const several = severalOf(step, low, high, isWhole);
    if (several) return several;
    book.markInexact();
  }
  if (isWhole) return integers(book, low, high);
  if (!bounds.low && !bounds.high) return anyNumber(book);
  if (!keepsBounds(low, high)) book.markInexact();
  return decimalBetween(low, high);
};

/** The bounds without one that lies beyond all the digits we write: programs put their largest number there. */
const withinReach = ({ low, high }: Bounds): Bounds => ({
  low: low && low.value <= -outOfReach && !(high && high.value <= -outOfReach) ? undefined : low,
  high: high && high.value >= outOfReach && !(low && low.value >= outOfReach) ? undefined : high,
});

const integers = (
  book: RuleBook,
  low: NumberBound | undefined,
  high: NumberBound | undefined,
): Expression => {
  if (!low && !high) return anyInteger(book);
  // Beyond these, a whole number is no longer read as it is written.
  const isSafe = [low, high].every((bound) => !bound || Math.abs(bound.value) <= Number.MAX_SAFE_INTEGER);
  if (!isSafe) book.markInexact();
  return integerBetween(low && firstWhole(low), high && lastWhole(high));
};

const firstWhole = ({ value, excluded }: NumberBound): bigint => {
  const whole = BigInt(Math.ceil(value));
  return excluded && Number(whole) === value ? whole + 1n : whole;
};

const lastWhole = ({ value, excluded }: NumberBound): bigint => {
  const whole = BigInt(Math.floor(value));
  return excluded && Number(whole) === value ? whole - 1n : whole;
};
