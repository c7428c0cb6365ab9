import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault } from './json-error.ts';

test.each([
  ['{"a":1,}', 7, 1, 8, 'a key in double quotes was expected'],
  ['{\n  "a": 1\n  "b": 2}', 13, 3, 3, '"," or the closing bracket was expected'],
  ['hello', 0, 1, 1, 'a value was expected'],
  ['{"a":', 5, 1, 6, 'it ends too early: a value was expected'],
  ['', 0, 1, 1, 'it ends too early: a value was expected'],
  ['{} x', 3, 1, 4, 'nothing more was expected'],
  ['[1,02]', 3, 1, 4, 'a value was expected'],
  ["{'a':1}", 1, 1, 2, 'a key in double quotes or "}" was expected'],
])('%s', (text, at, line, column, problem) => {
  expect(findJsonFault(text)).toEqual({ at, line, column, problem });
});

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('agrees with JSON.parse about what is JSON', () => {
  const valid = fc.jsonValue().map((value) => JSON.stringify(value));
  const damaged = fc
    .tuple(valid, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '1', '\\', 'x', '\n'), fc.nat({ max: 2 }))
    .map(([text, at, put, cut]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    });
  fc.assert(
    fc.property(fc.oneof(valid, damaged), (text) => {
      expect(findJsonFault(text) === undefined).toBe(parses(text));
    }),
    { numRuns: 5000 },
  );
});

test('a hundred thousand open brackets do not exhaust the stack', () => {
  expect(findJsonFault('['.repeat(100_000))?.at).toBe(100_000);
});

test('a string of megabytes is read to its end', () => {
  const text = `{"a":"${'x\\n'.repeat(1_000_000)}","b":}`;
  expect(findJsonFault(text)?.at).toBe(text.length - 1);
});
