import { type CharSet, charsOf, complement, intersection, minus, range, union } from './char-set.ts';
import { chars, choice, type Expression, empty, nothing, repeat, sequence, text } from './expression.ts';
import type { RuleBook } from './rule-book.ts';

/** What a JSON string holds as it is. */
const controls: CharSet = [
  [0, 0x1f],
  [0x7f, 0x7f],
];
const surrogates: CharSet = [[0xd800, 0xdfff]];
export const plainChars: CharSet = complement(union(controls, surrogates, charsOf('"\\')));

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\r', '\\r'],
  ['\b', '\\b'],
  ['\f', '\\f'],
]);

export const digit: CharSet = range('0', '9');
export const hexDigit: CharSet = union(digit, range('a', 'f'), range('A', 'F'));

/**
 * One character of the set as it stands in a JSON string, plain where that is possible, else by its short escape.
 * Other control characters only where the set has nothing else.
 */
export const charIn = (set: CharSet): Expression => {
  const plain = chars(intersection(set, plainChars));
  const escaped = [...shortEscapes].filter(([char]) => intersection(set, charsOf(char)).length > 0);
  const options = [plain, ...escaped.map(([, short]) => text(short))];
  const expression = choice(...options);
  return expression.kind === 'never' ? unusualChar(set) : expression;
};

const unusualChar = (set: CharSet): Expression => {
  const options: Expression[] = [];
  for (const [first, last] of intersection(set, controls)) {
    for (let code = first; code <= last; code += 1) {
      options.push(text(`\\u${code.toString(16).padStart(4, '0')}`));
    }
  }
  return choice(...options);
};

/** At most one space after ':' and ',', as models have learnt it from Python's json.dumps; none elsewhere. */
export const space = (book: RuleBook): Expression => book.shared('sp', () => repeat(text(' '), 0, 1));

/** Any character of a string; halves of surrogate pairs are left out, so that one is one code point. */
export const char = (book: RuleBook): Expression =>
  book.shared('char', () => {
    const hex = chars(hexDigit);
    const noSurrogate = choice(
      sequence(chars(minus(hexDigit, charsOf('dD'))), repeat(hex, 3, 3)),
      sequence(chars(charsOf('dD')), chars(range('0', '7')), repeat(hex, 2, 2)),
    );
    const escaped = choice(chars(charsOf('"\\/bfnrt')), sequence(text('u'), noSurrogate));
    return choice(chars(plainChars), sequence(text('\\'), escaped));
  });

export const anyString = (book: RuleBook): Expression =>
  book.shared('string', () => quoted(repeat(char(book), 0, Number.POSITIVE_INFINITY)));

export const quoted = (inside: Expression): Expression => sequence(text('"'), inside, text('"'));

/** Values with a separator between them, in brackets or braces. */
export const separated = (book: RuleBook, item: Expression, min: number, max: number): Expression => {
  if (min > max) return nothing;
  if (max < 1) return empty;
  const more = repeat(sequence(text(','), space(book), item), Math.max(0, min - 1), max - 1);
  const some = sequence(item, more);
  return min > 0 ? some : choice(empty, some);
};

export const pair = (book: RuleBook, key: Expression, value: Expression): Expression =>
  sequence(key, text(':'), space(book), value);

/** Exactly this value; the keys of objects in their order. */
export const jsonValue = (book: RuleBook, value: unknown): Expression => {
  if (typeof value !== 'object' || value === null) return text(JSON.stringify(value));
  const items = Array.isArray(value)
    ? value.map((item) => jsonValue(book, item))
    : Object.entries(value).map(([key, item]) =>
        pair(book, text(JSON.stringify(key)), jsonValue(book, item)),
      );
  const comma = sequence(text(','), space(book));
  const inside = items.flatMap((item, place) => (place === 0 ? [item] : [comma, item]));
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return sequence(text(open), ...inside, text(close));
};
