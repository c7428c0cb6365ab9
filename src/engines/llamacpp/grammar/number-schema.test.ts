import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { matchesGrammar } from '../../../../test/support/gbnf/match-grammar.ts';
import { GrammarSampler, randomFrom } from '../../../../test/support/gbnf/sample-grammar.ts';
import { checkCase, type SchemaCase } from '../../../../test/support/gbnf/schema-case.ts';
import { schemaToGbnf } from './schema-to-gbnf.ts';
import { validateInstance } from './validate.ts';

const integer = (more: object): object => ({ type: 'integer', ...more });
const number = (more: object): object => ({ type: 'number', ...more });

const cases: Readonly<Record<string, SchemaCase>> = {
  integer: { schema: integer({}), takes: [0, -1, 9007199254740991], refuses: [1.5, '1'] },
  number: { schema: number({}), takes: [0, -0.5, 1.25, 1e-7, 12345.678], refuses: ['1', null] },
  'integers from 0': { schema: integer({ minimum: 0 }), takes: [0, 1, 10, 999999], refuses: [-1, 0.5] },
  'integers above 0': { schema: integer({ exclusiveMinimum: 0 }), takes: [1, 20], refuses: [0, -1] },
  'a range of integers': {
    schema: integer({ minimum: 3, maximum: 120 }),
    takes: [3, 9, 10, 99, 100, 120],
    refuses: [2, 121, 0, 300],
  },
  'a range around zero': {
    schema: integer({ minimum: -12, maximum: 7 }),
    takes: [-12, -9, 0, 7],
    refuses: [-13, 8, 10],
  },
  'negative integers': { schema: integer({ maximum: -5 }), takes: [-5, -100], refuses: [-4, 0, 5] },
  'bounds with a fraction': {
    schema: integer({ minimum: 0.5, maximum: 2.5 }),
    takes: [1, 2],
    refuses: [0, 3],
  },
  'safe integers as zod writes them': {
    schema: integer({ minimum: -9007199254740991, maximum: 9007199254740991 }),
    takes: [0, 9007199254740991, -9007199254740991, 9007199254740989],
    refuses: [9107199254740992],
  },
  'the largest numbers that programs have': {
    schema: integer({ minimum: -9223372036854776000, maximum: 18446744073709552000 }),
    takes: [5, -5, 9007199254740991],
    refuses: [0.5],
  },
  'the largest double': {
    schema: number({ minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE }),
    takes: [0, -2.5, 1e15],
    refuses: ['1'],
  },
  'a bound that only rounding reaches': {
    schema: integer({ maximum: 2 ** 53 + 2 }),
    takes: [5, -5],
    refuses: [0.5],
    exact: false,
  },
  'a bound too small to write out': {
    schema: number({ minimum: 1e-30 }),
    takes: [1],
    refuses: [-1],
    exact: false,
  },
  'numbers from 0 to 1': {
    schema: number({ minimum: 0, maximum: 1 }),
    takes: [0, 1, 0.5, 0.0001],
    refuses: [1.1, -0.1, 2],
  },
  'numbers strictly between': {
    schema: number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    takes: [0.5, 0.001, 0.999],
    refuses: [0, 1, -0.5],
  },
  'bounds of decimals': {
    schema: number({ minimum: 0.25, maximum: 2.5 }),
    takes: [0.25, 0.3, 1, 2, 2.5, 2.49],
    refuses: [0.2, 0, 2.51, 3],
  },
  latitude: {
    schema: number({ minimum: -90, maximum: 90 }),
    takes: [-90, 90, 0, -0.5, 52.52, 89.999],
    refuses: [90.1, -91, 100],
  },
  'from a decimal': {
    schema: number({ minimum: 0.1 }),
    takes: [0.1, 0.15, 7, 120.5],
    refuses: [0, 0.05, -1],
  },
  'up to a negative decimal': {
    schema: number({ maximum: -1.5 }),
    takes: [-1.5, -2, -100.25],
    refuses: [-1, 0, 1.5],
  },
  'multipleOf an integer': { schema: integer({ multipleOf: 5 }), takes: [0, 5, -25, 1000], refuses: [1, 12] },
  'multipleOf of a number': { schema: number({ multipleOf: 1 }), takes: [3, -4], refuses: [1.5] },
  'multipleOf in a range': {
    schema: integer({ multipleOf: 7, minimum: 1, maximum: 100 }),
    takes: [7, 98],
    refuses: [0, 8, 105],
  },
  'quarters in a range': {
    schema: number({ multipleOf: 0.25, minimum: 0, maximum: 1 }),
    takes: [0, 0.25, 0.5, 1],
    refuses: [0.3, 1.25],
  },
  'multiples from a bound': {
    schema: integer({ multipleOf: 10, minimum: 1 }),
    takes: [10, 500],
    refuses: [0, 15, -10],
  },
  'multiples of seven without end': {
    schema: integer({ multipleOf: 7 }),
    takes: [7],
    refuses: ['a'],
    exact: false,
  },
  cents: { schema: number({ multipleOf: 0.01 }), takes: [1.25], refuses: ['a'], exact: false },
};

for (const [name, one] of Object.entries(cases)) test(`${name}`, () => checkCase(one));

test('exclusiveMinimum: true as in draft 4, which ajv does not know', () => {
  const { gbnf } = schemaToGbnf({ type: 'integer', minimum: 1, exclusiveMinimum: true, maximum: 3 });
  const lets = [1, 2, 3, 4].filter((value) => matchesGrammar(readGrammar(gbnf), String(value)));
  expect(lets).toEqual([2, 3]);
});

const bound = fc.oneof(
  fc.integer({ min: -30, max: 130 }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.integer({ min: -400, max: 400 }).map((value) => value / 100),
);

const boundsOf = (type: string) =>
  fc
    .record(
      { minimum: bound, maximum: bound, exclusiveMinimum: bound, exclusiveMaximum: bound },
      { requiredKeys: [] },
    )
    .map((bounds) => ({ type, ...bounds }));

test.each(['integer', 'number'])(
  'a grammar of %s bounds lets through what is within them, and only that',
  (type) => {
    const value = type === 'integer' ? fc.integer({ min: -200, max: 200 }) : bound;
    fc.assert(
      fc.property(boundsOf(type), fc.array(value, { maxLength: 20 }), fc.nat(), (schema, values, seed) => {
        const grammar = grammarOrNone(schema);
        for (const one of values) {
          const valid = validateInstance(schema, one).outcome === 'valid';
          const lets = grammar !== undefined && matchesGrammar(grammar, String(one));
          expect({ one, lets }).toEqual({ one, lets: valid });
        }
        if (!grammar) return;
        const text = new GrammarSampler(grammar).sample(randomFrom(seed));
        expect({ text, ...validateInstance(schema, JSON.parse(text)) }).toEqual({ text, outcome: 'valid' });
      }),
      { numRuns: 300, seed: 7 },
    );
  },
);

const grammarOrNone = (schema: unknown) => {
  try {
    return readGrammar(schemaToGbnf(schema).gbnf);
  } catch (caught) {
    expect(caught).toMatchObject({ code: 'SCHEMA', impossible: true });
    return undefined;
  }
};
