import { expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { matchesGrammar } from '../../../../test/support/gbnf/match-grammar.ts';
import { checkCase, type SchemaCase } from '../../../../test/support/gbnf/schema-case.ts';
import { jsonObjectGbnf, schemaToGbnf } from './schema-to-gbnf.ts';

const list = { type: 'array', items: { type: 'integer' } };

const cases: Readonly<Record<string, SchemaCase>> = {
  boolean: { schema: { type: 'boolean' }, takes: [true, false], refuses: [null, 0, 'true'] },
  null: { schema: { type: 'null' }, takes: [null], refuses: [0, '', false] },
  'several types': { schema: { type: ['string', 'null'] }, takes: ['a', null], refuses: [1, true] },
  nullable: { schema: { type: 'string', nullable: true }, takes: ['a', null], refuses: [1] },
  'integer beside number': { schema: { type: ['integer', 'number'] }, takes: [1, 1.5], refuses: ['1'] },
  'every value': {
    schema: {},
    takes: [1, 'a', null, [1, { a: [] }], { a: { b: [true] } }],
    refuses: [],
  },
  true: { schema: true, takes: [[], {}, 'x'], refuses: [] },
  'remarks only': {
    schema: { title: 'T', description: 'd', default: 1, examples: [2], $comment: 'c', 'x-other': true },
    takes: ['a', 1],
    refuses: [],
  },
  enum: { schema: { enum: ['a', 'a b', 2, null] }, takes: ['a', 'a b', 2, null], refuses: ['b', 'a ', 1] },
  'enum of objects': {
    schema: { enum: [{ a: [1, 2] }, ['x']] },
    takes: [{ a: [1, 2] }, ['x']],
    refuses: [{}, { a: [1] }],
  },
  'a long enum': {
    schema: { enum: Array.from({ length: 300 }, (_, place) => `Area/City_${place}`) },
    takes: ['Area/City_0', 'Area/City_12', 'Area/City_299'],
    refuses: ['Area/City_', 'Area/City_300', 'Area', 'Area/City_001'],
  },
  'enum with a type': { schema: { type: 'string', enum: ['a', null] }, takes: ['a'], refuses: [null] },
  'enum with bounds': { schema: { enum: [1, 5, 9], minimum: 2, maximum: 8 }, takes: [5], refuses: [1, 9] },
  const: { schema: { const: 'x"\\\n é' }, takes: ['x"\\\n é'], refuses: ['x'] },
  'const object': { schema: { const: { a: 1, b: [] } }, takes: [{ a: 1, b: [] }], refuses: [{ a: 1 }] },
  array: { schema: list, takes: [[], [1], [1, -2, 3]], refuses: [['a'], [null], {}] },
  'array of anything': { schema: { type: 'array' }, takes: [[], [1, 'a', {}]], refuses: [{}] },
  minItems: {
    schema: { ...list, minItems: 2 },
    takes: [
      [1, 2],
      [1, 2, 3],
    ],
    refuses: [[], [1]],
  },
  maxItems: { schema: { ...list, maxItems: 2 }, takes: [[], [1], [1, 2]], refuses: [[1, 2, 3]] },
  'no items': { schema: { ...list, maxItems: 0 }, takes: [[]], refuses: [[1]] },
  'many items': {
    schema: { ...list, minItems: 1, maxItems: 1200 },
    takes: [[1], Array(1200).fill(1)],
    refuses: [[], Array(1201).fill(1)],
  },
  uniqueItems: { schema: { ...list, uniqueItems: true }, takes: [[1, 2]], refuses: [['a']], exact: false },
  prefixItems: {
    schema: { prefixItems: [{ type: 'integer' }, { type: 'string' }], minItems: 1, items: false },
    takes: [[1], [1, 'a']],
    refuses: [[], ['a', 1], [1, 'a', 2]],
  },
  'prefixItems, then items': {
    schema: { prefixItems: [{ type: 'integer' }], items: { type: 'string' }, minItems: 2, maxItems: 3 },
    takes: [
      [1, 'a'],
      [1, 'a', 'b'],
    ],
    refuses: [[1], [1, 2], [1, 'a', 'b', 'c']],
  },
  'a tuple without a length is written whole': {
    schema: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }] },
    takes: [[1, 2.5]],
    refuses: [[], [1], [1, 2, 3]],
    narrower: true,
  },
  'a tuple of draft 7': {
    schema: { type: 'array', items: [{ type: 'integer' }], additionalItems: { type: 'null' } },
    takes: [[1], [1, null, null]],
    refuses: [['a'], [1, 2]],
  },
  contains: { schema: { ...list, contains: { const: 1 } }, takes: [[1, 2]], refuses: [['a']], exact: false },
  anyOf: { schema: { anyOf: [{ type: 'string' }, list] }, takes: ['a', [1]], refuses: [1, ['a']] },
  'oneOf by type': { schema: { oneOf: [{ type: 'string' }, list] }, takes: ['a', [1]], refuses: [1] },
  'oneOf by a constant': {
    schema: {
      oneOf: ['a', 'b'].map((kind) => ({
        type: 'object',
        properties: { kind: { const: kind }, [kind]: { type: 'integer' } },
        required: ['kind'],
      })),
    },
    takes: [{ kind: 'a' }, { kind: 'a', a: 1 }, { kind: 'b', b: 2 }],
    refuses: [{ kind: 'a', b: 1 }, { a: 1 }],
    narrower: true,
  },
  'oneOf by what is required': {
    schema: {
      oneOf: [
        { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
        { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      ],
    },
    takes: [{ id: 1 }, { name: 'a' }],
    refuses: [{}, { id: 1, name: 'a' }],
  },
  'oneOf where a pattern may name the property that differs': {
    schema: {
      oneOf: [
        { type: 'object', properties: { kind: { const: 'a' } }, required: ['kind'] },
        { type: 'object', patternProperties: { '^k': {} }, additionalProperties: { type: 'integer' } },
      ],
    },
    takes: [],
    refuses: [1],
    exact: false,
  },
  'oneOf that overlaps': {
    schema: { oneOf: [{ const: 'auto' }, { type: 'string' }] },
    takes: ['b'],
    refuses: [1],
    exact: false,
  },
  'oneOf of number and integer': {
    schema: { oneOf: [{ type: 'number' }, { type: 'integer' }] },
    takes: [1.5],
    refuses: ['a'],
    exact: false,
  },
  'anyOf beside properties': {
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    takes: [{ a: 1 }, { b: 1 }, { a: 1, b: 2 }],
    refuses: [{}, { a: 'x' }],
  },
  'an impossible option is left out': {
    schema: { anyOf: [false, { not: {} }, { type: 'string', minLength: 3, maxLength: 1 }, { type: 'null' }] },
    takes: [null],
    refuses: ['a'],
  },
  allOf: {
    schema: {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        { properties: { b: { type: 'string' }, a: { maximum: 5 } }, required: ['b'] },
      ],
    },
    takes: [{ a: 1, b: 'x' }],
    refuses: [{ a: 1 }, { b: 'x' }, { a: 6, b: 'x' }],
  },
  'allOf narrows types and bounds': {
    schema: {
      type: ['number', 'string'],
      allOf: [
        { type: 'integer', minimum: 1 },
        { minimum: 3, maximum: 4 },
      ],
    },
    takes: [3, 4],
    refuses: [2, 5, 3.5, 'a'],
  },
  'allOf closes an object': {
    schema: {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
        { type: 'object', properties: { a: {} }, additionalProperties: false },
      ],
    },
    takes: [{}, { a: 1 }],
    refuses: [{ b: 1 }, { a: 1, b: 1 }],
  },
  'anyOf in allOf': {
    schema: {
      allOf: [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, { anyOf: [{ type: 'integer' }, list] }],
    },
    takes: [1],
    refuses: ['a', [1]],
  },
  $ref: {
    schema: { $defs: { n: { type: 'integer' } }, type: 'array', items: { $ref: '#/$defs/n' } },
    takes: [[1]],
    refuses: [['a']],
  },
  'keywords beside $ref': {
    schema: {
      definitions: { 'a/b': { type: 'string' } },
      $ref: '#/definitions/a~1b',
      maxLength: 2,
      description: 'x',
    },
    takes: ['ab'],
    refuses: ['abc', 1],
  },
  '$ref by anchor and id': {
    schema: {
      $defs: { a: { $anchor: 'one', type: 'integer' }, b: { $id: 'urn:b', type: 'null' } },
      type: 'array',
      prefixItems: [{ $ref: '#one' }, { $ref: 'urn:b' }],
    },
    takes: [[1, null]],
    refuses: [[null, 1]],
  },
  'a list that goes on': {
    schema: {
      $defs: {
        node: {
          type: 'object',
          properties: {
            v: { type: 'integer' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          },
          required: ['v', 'next'],
        },
      },
      $ref: '#/$defs/node',
    },
    takes: [{ v: 1, next: { v: 2, next: null } }],
    refuses: [{ v: 1 }, { v: 1, next: {} }],
  },
  'a tree of the whole schema': {
    schema: {
      type: 'object',
      properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
      required: ['name'],
      additionalProperties: false,
    },
    takes: [{ name: 'a' }, { name: 'a', children: [{ name: 'b', children: [] }] }],
    refuses: [{ name: 'a', children: [{}] }],
  },
  'an endless option is left out': {
    schema: {
      $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } },
      anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }],
    },
    takes: [null],
    refuses: [{}],
  },
  not: { schema: { type: 'string', not: { const: 'a' } }, takes: ['b'], refuses: [1], exact: false },
  'if and then': {
    schema: JSON.parse('{"type":"integer","if":{"minimum":5},"then":{"maximum":9}}'),
    takes: [1, 7],
    refuses: ['a'],
    exact: false,
  },
};

for (const [name, one] of Object.entries(cases)) test(`${name}`, () => checkCase(one));

test('any JSON object, nested as deep as agents nest, and nothing else', () => {
  const rules = readGrammar(jsonObjectGbnf);
  const lets = (text: string): boolean => matchesGrammar(rules, text);
  expect(lets('{"a": [1, {"b": null}], "c":"\\u00e9\\n"}')).toBe(true);
  expect(lets('{}')).toBe(true);
  for (const text of ['[]', '{a:1}', '{"a":1,}', '{"a":  1}', '{"a":"\n"}', '{"a":01}']) {
    expect({ text, lets: lets(text) }).toEqual({ text, lets: false });
  }
  expect(lets(`${'{"a":'.repeat(6)}1${'}'.repeat(6)}`)).toBe(true);
  expect(lets(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`)).toBe(false);
});

test('names of rules say where they come from, and each body stands once', () => {
  const place = { type: 'object', properties: { lat: { type: 'number' } }, required: ['lat'] };
  const { gbnf } = schemaToGbnf({
    $defs: { Place: place },
    type: 'object',
    properties: { from: { $ref: '#/$defs/Place' }, to: { $ref: '#/$defs/Place' } },
    required: ['from', 'to'],
  });
  expect(gbnf).toBe(
    [
      'root ::= top',
      'top ::= "{\\"from\\":" sp Place "," sp "\\"to\\":" sp Place "}"',
      'sp ::= " "?',
      'Place ::= "{\\"lat\\":" sp number "}"',
      'number ::= "-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,10})? ([Ee] [+\\x2D]? [0-9]{1,2})?',
      '',
    ].join('\n'),
  );
});
