import { range } from './char-set.ts';
import { chars, choice, type Expression, nothing, optional, repeat, sequence, text } from './expression.ts';
import { digit } from './json-text.ts';
import { type NumberBound, wholeDigits } from './number-text.ts';
import { oneOfTexts } from './texts.ts';

/** So many multiples are simply listed. */
const mostListed = 300;

/** Multiples of `step` between two bounds, only whole ones if `isWhole`; undefined when there is no grammar for them. */
export const severalOf = (
  step: number,
  low: NumberBound | undefined,
  high: NumberBound | undefined,
  isWhole: boolean,
): Expression | undefined => {
  if (low && high) return listed(step, low, high, isWhole);
  const isFree = !high && (!low || (low.value <= step && low.value > -step));
  return isFree && Number.isInteger(step) ? endless(step, low) : undefined;
};

const listed = (
  step: number,
  low: NumberBound,
  high: NumberBound,
  isWhole: boolean,
): Expression | undefined => {
  const first = Math.ceil(low.value / step);
  const last = Math.floor(high.value / step);
  if (last - first >= mostListed || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    return undefined;
  }
  const isOutside = (value: number): boolean =>
    value < low.value ||
    value > high.value ||
    (low.excluded && value === low.value) ||
    (high.excluded && value === high.value) ||
    (isWhole && !Number.isInteger(value));
  const texts: string[] = [];
  for (let turn = first; turn <= last; turn += 1) {
    const value = Number((turn * step).toPrecision(15)) + 0;
    const written = String(value);
    if (!isOutside(value) && !written.includes('e')) texts.push(written);
  }
  return texts.length === 0 ? nothing : oneOfTexts(texts);
};

/** Where a power of ten is a multiple too, the last digits tell. */
const endless = (step: number, low: NumberBound | undefined): Expression | undefined => {
  const places = [1, 2, 3].find((count) => 10 ** count % step === 0);
  if (places === undefined) return undefined;
  const endings = Array.from({ length: 10 ** places / step }, (_, turn) => turn * step);
  const short = endings.filter((value) => value > 0).map(String);
  const long = endings.map((value) => String(value).padStart(places, '0'));
  const start = sequence(chars(range('1', '9')), repeat(chars(digit), 0, wholeDigits - places - 1));
  const positive = choice(oneOfTexts(short), sequence(start, oneOfTexts(long)));
  if (!low) return choice(text('0'), sequence(optional(text('-')), positive));
  const isPositive = low.value > 0 || (low.value === 0 && low.excluded);
  if (low.excluded && low.value === step) return undefined;
  return isPositive ? positive : choice(text('0'), positive);
};
