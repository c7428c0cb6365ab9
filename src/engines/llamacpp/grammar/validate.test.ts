import { expect, test } from 'vitest';
import { validateInstance } from './validate.ts';

const outcome = (schema: unknown, value: unknown): string => validateInstance(schema, value).outcome;

test('says what is wrong and where', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['b'] };
  expect(validateInstance(schema, { a: 'x' })).toEqual({
    outcome: 'invalid',
    problems: ["the value must have required property 'b'", '/a must be integer'],
  });
  expect(validateInstance(schema, { a: 1, b: 2 })).toEqual({ outcome: 'valid' });
});

test('reads drafts 7 and 2020-12, by their name or by how they list items', () => {
  const pairs = { prefixItems: [{ type: 'integer' }], items: false };
  expect(outcome(pairs, ['a'])).toBe('invalid');
  expect(outcome({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...pairs }, [1, 2])).toBe(
    'invalid',
  );
  expect(outcome({ $schema: 'http://json-schema.org/draft-07/schema#', ...pairs }, [])).toBe('valid');
  const tuple = { type: 'array', items: [{ type: 'integer' }], additionalItems: false };
  expect(outcome(tuple, [1])).toBe('valid');
  expect(outcome(tuple, [1, 2])).toBe('invalid');
});

test('takes schemas as agents write them: formats, unknown keywords, $id, patterns that are loose', () => {
  expect(outcome({ type: 'string', format: 'date', 'x-hint': 1 }, 'today')).toBe('valid');
  const recursive = {
    $id: 'urn:tools:a',
    type: 'object',
    properties: { a: { $ref: '#' } },
    additionalProperties: false,
  };
  expect(outcome(recursive, { a: { a: {} } })).toBe('valid');
  expect(outcome(recursive, { a: { b: 1 } })).toBe('invalid');
  // Not a pattern by Unicode's rules, but one by the older ones.
  expect(outcome({ type: 'string', pattern: '^[\\w-.]+\\_$' }, 'a-b_')).toBe('valid');
  expect(outcome({ type: 'string', pattern: '^\\p{L}$' }, 'é')).toBe('valid');
});

test('says when it cannot check', () => {
  for (const schema of [{ type: 'text' }, { $ref: '#/nowhere' }, 'x', null, { pattern: '(' }]) {
    expect(validateInstance(schema, 'a')).toMatchObject({
      outcome: 'unchecked',
      problem: expect.any(String),
    });
  }
});

test('a schema that refers to itself without end is unchecked, $async changes nothing', () => {
  expect(outcome({ anyOf: [{ $ref: '#' }, { type: 'string' }] }, 1)).toBe('unchecked');
  expect(outcome({ $async: true, type: 'string' }, 1)).toBe('invalid');
});
