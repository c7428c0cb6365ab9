import { expect, test } from 'vitest';
import { anyId, anyIndex } from '../tool-syntax.ts';
import { heldFrom, matchAt, patternOf } from './text-pattern.ts';

const match = (pattern: string, text: string): ReturnType<typeof matchAt> =>
  matchAt(patternOf(pattern), text, 0);

test.each([
  ['<a>\n{"name": "', '<a>\n{"name": "', 14],
  ['<a>\n{"name": "', '<a>{"name":"', 12],
  ['<a>\n{"name": "', '<a>\n\n { "name" : "', 18],
  ['<a>\n{"name": "', '<a>{"na', 'more'],
  ['<a>\n{"name": "', '<a>{"title": "', 'no'],
  ['', 'anything', 0],
  ['<a>', '<b>', 'no'],
] as const)('%j in %j: %s', (pattern, text, expected) => {
  expect(match(pattern, text)).toBe(expected);
});

test('placeholders are runs that must have ended', () => {
  expect(match(`:${anyIndex}<`, ':12<')).toBe(4);
  expect(match(`:${anyIndex}<`, ':12')).toBe('more');
  expect(match(`:${anyIndex}<`, ':x<')).toBe('no');
  expect(match(`[ID]${anyId}[ARGS]`, '[ID]aB3-9_[ARGS]')).toBe(16);
});

test('what may still become a marker is held', () => {
  expect(heldFrom('some text <|en', ['<|end|>', '<|call|>'])).toBe(10);
  expect(heldFrom('some text', ['<|end|>'])).toBe(9);
  expect(heldFrom('aab', ['abab'])).toBe(1);
});
