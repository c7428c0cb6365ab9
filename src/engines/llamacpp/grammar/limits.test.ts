import { expect, test } from 'vitest';
import { SchemaError, schemaToGbnf } from './schema-to-gbnf.ts';

const errorOf = (schema: unknown): Pick<SchemaError, 'path' | 'keyword' | 'impossible'> | undefined => {
  try {
    schemaToGbnf(schema);
    return undefined;
  } catch (caught) {
    if (!(caught instanceof SchemaError)) throw caught;
    const { path, keyword, impossible } = caught;
    return { path, keyword, impossible };
  }
};

const impossible: readonly (readonly [unknown, path: string, keyword: string])[] = [
  [false, '', 'not'],
  [{ not: {} }, '', 'not'],
  [{ type: 'object', properties: { a: false }, required: ['a'] }, '/properties/a', 'not'],
  [{ type: 'string', minLength: 3, maxLength: 2 }, '', 'maxLength'],
  [{ type: 'string', pattern: '^[]$' }, '', 'pattern'],
  [{ type: 'integer', minimum: 3, maximum: 2 }, '', 'maximum'],
  [{ type: 'integer', minimum: 1, maximum: 4, multipleOf: 5 }, '', 'multipleOf'],
  [{ type: 'array', items: false, minItems: 1 }, '/items', 'not'],
  [{ type: 'array', minItems: 3, maxItems: 2 }, '', 'maxItems'],
  [{ type: 'string', enum: [1, 2] }, '', 'enum'],
  [{ enum: [] }, '', 'enum'],
  [{ type: 'string', allOf: [{ type: 'integer' }] }, '', 'type'],
  [{ type: 'object', properties: {}, additionalProperties: false, minProperties: 1 }, '', 'minProperties'],
  [{ type: 'object', required: ['b'], propertyNames: { enum: ['a'] } }, '', 'propertyNames'],
  [{ type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, '', '$ref'],
  [{ anyOf: [{ type: 'string', minLength: 2, maxLength: 1 }, false] }, '/anyOf/0', 'maxLength'],
];

test.each(impossible)('nothing can meet %j', (schema, path, keyword) => {
  expect(errorOf(schema)).toEqual({ path, keyword, impossible: true });
});

const unclear: readonly (readonly [unknown, path: string, keyword: string])[] = [
  [{ type: 'text' }, '', 'type'],
  [{ type: [] }, '', 'type'],
  [{ properties: { a: { type: 'string', minLength: '3' } } }, '/properties/a', 'minLength'],
  [{ type: 'object', properties: ['a'] }, '', 'properties'],
  [{ type: 'object', properties: { a: 'string' } }, '/properties', 'a'],
  [{ type: 'object', required: 'a' }, '', 'required'],
  [{ anyOf: [] }, '', 'anyOf'],
  [{ items: { $ref: '#/$defs/none' } }, '/items', '$ref'],
  [{ $ref: 'https://example.com/schema.json' }, '', '$ref'],
  [{ $ref: '#' }, '', '$ref'],
  [{ anyOf: [{ $ref: '#' }, { type: 'string' }] }, '', '$ref'],
  [{ patternProperties: { '(': {} } }, '', 'patternProperties'],
];

test.each(unclear)('%j is refused with its place', (schema, path, keyword) => {
  expect(errorOf(schema)).toEqual({ path, keyword, impossible: false });
});

test('something that is no schema is refused', () => {
  for (const schema of [null, 'string', 3, [{}]])
    expect(errorOf(schema)).toMatchObject({ impossible: false });
});

test('the error reads as a sentence with the place in it', () => {
  const schema = { type: 'object', properties: { a: { type: 'text' } } };
  expect(() => schemaToGbnf(schema)).toThrow(/\/properties\/a\/type: it must be of object, array, string/);
});

test('null counts as an absent keyword, required: true as a remark', () => {
  const property = { type: 'string', enum: null, pattern: null, maxLength: null, required: true };
  const { gbnf } = schemaToGbnf({ type: 'object', properties: { a: property }, required: null });
  expect(gbnf).toContain('string ::=');
});

const nested = (depth: number): unknown =>
  depth === 0 ? { type: 'string' } : { type: 'array', items: nested(depth - 1) };

test('deep nesting works up to a limit, and beyond it ends in an error', () => {
  expect(errorOf(nested(60))).toBeUndefined();
  expect(errorOf(nested(2000))).toMatchObject({ impossible: false });
});

test('nesting that runs out of stack ends in an error, too', () => {
  const wrap = (schema: unknown, keyword: string): unknown => ({ [keyword]: [schema] });
  for (const keyword of ['allOf', 'anyOf', 'enum', 'const']) {
    let schema: unknown = { type: 'string' };
    for (let depth = 0; depth < 20_000; depth += 1) schema = wrap(schema, keyword);
    expect(errorOf(schema)).toMatchObject({ path: '', keyword: '', impossible: false });
  }
});

const many = (count: number, schema: unknown): unknown => ({
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: count }, (_, place) => [`property_${place}`, schema])),
});

test('a large schema becomes a grammar of its size', () => {
  const { gbnf } = schemaToGbnf(
    many(300, { type: ['string', 'null'], maxLength: 2000, description: 'x'.repeat(200) }),
  );
  expect(gbnf.length).toBeLessThan(60_000);
});

test('what would be too large for llama.cpp is refused', () => {
  const counted = (place: number) => ({ type: 'string', pattern: `^([a-z]{400}${place}){400}$` });
  const grid = Object.fromEntries(Array.from({ length: 400 }, (_, place) => [`p${place}`, counted(place)]));
  expect(errorOf({ type: 'object', properties: grid })).toMatchObject({ impossible: false });
  expect(
    errorOf(many(5000, { type: 'object', properties: { a: {} }, additionalProperties: true })),
  ).toMatchObject({
    impossible: false,
  });
  const options = Array.from({ length: 30 }, (_, place) => ({ required: [`p${place}`] }));
  expect(errorOf({ allOf: [{ anyOf: options }, { anyOf: [...options] }] })).toMatchObject({
    keyword: 'anyOf',
  });
});

test('bounds that no model would count to are left to the check afterwards', () => {
  expect(schemaToGbnf({ type: 'string', maxLength: 10_000_000 }).exact).toBe(false);
  expect(schemaToGbnf({ type: 'array', maxItems: 1_000_000 }).exact).toBe(false);
  expect(schemaToGbnf({ type: 'string', maxLength: 1_000_000 }).exact).toBe(true);
});
