import { choice, type Expression, sequence, text } from './expression.ts';
import { anyString, pair, separated } from './json-text.ts';
import { anyNumber } from './number-text.ts';
import type { RuleBook } from './rule-book.ts';

/** How deep objects and arrays of unknown content go; a small model would nest them without end. */
const deepest = 6;

/** Rules of unknown values are named after how deep they may still go: the deepest has the plain name. */
const named = (name: string, depth: number): string => (depth === deepest ? name : `${name}-${depth}`);

/** Any JSON value. */
export const anyValue = (book: RuleBook, depth: number = deepest): Expression =>
  book.shared(named('value', depth), () => {
    const nested = depth > 0 ? [anyObject(book, depth), anyArray(book, depth)] : [];
    return choice(...nested, anyString(book), anyNumber(book), boolean, text('null'));
  });

export const anyObject = (book: RuleBook, depth: number = deepest): Expression =>
  book.shared(named('object', depth), () => {
    const members = pair(book, anyString(book), anyValue(book, depth - 1));
    return sequence(text('{'), separated(book, members, 0, Number.POSITIVE_INFINITY), text('}'));
  });

const anyArray = (book: RuleBook, depth: number): Expression =>
  book.shared(named('array', depth), () => {
    const items = separated(book, anyValue(book, depth - 1), 0, Number.POSITIVE_INFINITY);
    return sequence(text('['), items, text(']'));
  });

export const boolean: Expression = choice(text('true'), text('false'));
