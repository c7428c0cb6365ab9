import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wildcard } from './wildcard.ts';

test.each([
  ['gpt-*', 'gpt-4o', true],
  ['gpt-*', 'gpt-', true],
  ['gpt-*', 'my-gpt-4', false],
  ['*coder*', 'qwen-coder-7b', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'acb', false],
  ['a*ba', 'aba', true],
  ['a*aba', 'aba', false],
  ['*', '', true],
  ['exact', 'exact', true],
  ['exact', 'exactly', false],
  ['a.b', 'axb', false],
])('%s and %s: %s', (pattern, text, fits) => {
  expect(wildcard(pattern)(text)).toBe(fits);
});

test('agrees with a regular expression', () => {
  const letters = (extra: string) => fc.string({ unit: fc.constantFrom('a', 'b', ...extra), maxLength: 8 });
  fc.assert(
    fc.property(letters('*'), letters('c'), (pattern, text) => {
      expect(wildcard(pattern)(text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
    { numRuns: 2000 },
  );
});
