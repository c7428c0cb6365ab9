import { type CharSet, complement, lastCodePoint } from './char-set.ts';
import type { Expression } from './expression.ts';

const hex = (code: number): string => {
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${digits.padStart(4, '0')}`;
  return `\\U${digits.padStart(8, '0')}`;
};

const printedLiteral = (text: string): string =>
  `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\p{Cc}/gu, (char) => hex(char.codePointAt(0) ?? 0))}"`;

/** Written as they are between brackets; others are operators there or can't be seen. */
const plainInClass = /[A-Za-z0-9 !#$%&'()*+,./:;<=>?@_`{|}~"]/;
const escapedInClass = /[\\[\]]/;

const printedChar = (code: number): string => {
  const char = String.fromCodePoint(code);
  if (escapedInClass.test(char)) return `\\${char}`;
  return plainInClass.test(char) ? char : hex(code);
};

const printedRanges = (set: CharSet): string =>
  set
    .map(([first, last]) => {
      if (first === last) return printedChar(first);
      return printedChar(first) + (last === first + 1 ? '' : '-') + printedChar(last);
    })
    .join('');

/** A set that goes on to the last code point is written as what it leaves out. */
const printedClass = (set: CharSet): string => {
  const others = set.at(-1)?.[1] === lastCodePoint ? complement(set) : [];
  return others.length > 0 ? `[^${printedRanges(others)}]` : `[${printedRanges(set)}]`;
};

const suffix = (min: number, max: number): string => {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
};

const isAtom = (expression: Expression): boolean =>
  expression.kind === 'rule' ||
  expression.kind === 'chars' ||
  expression.kind === 'text' ||
  expression.kind === 'never';

const inParentheses = (expression: Expression): string => {
  const printed = printedExpression(expression);
  return isAtom(expression) ? printed : `(${printed})`;
};

const printedExpression = (expression: Expression): string => {
  switch (expression.kind) {
    case 'text':
      return printedLiteral(expression.text);
    case 'chars':
      return printedClass(expression.set);
    case 'rule':
      return expression.name;
    case 'sequence':
      return expression.parts
        .map((part) => (part.kind === 'choice' ? inParentheses(part) : printedExpression(part)))
        .join(' ');
    case 'choice':
      return expression.options.map(printedExpression).join(' | ');
    case 'repeat':
      return inParentheses(expression.part) + suffix(expression.min, expression.max);
    case 'never':
      return '[]';
  }
};

/** Rules as GBNF text, a line each. */
export const printedRules = (rules: Iterable<readonly [name: string, body: Expression]>): string => {
  let printed = '';
  for (const [name, body] of rules) printed += `${name} ::= ${printedExpression(body)}\n`;
  return printed;
};
