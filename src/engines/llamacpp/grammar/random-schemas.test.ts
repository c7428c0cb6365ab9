import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { matchesGrammar } from '../../../../test/support/gbnf/match-grammar.ts';
import { GrammarSampler, randomFrom } from '../../../../test/support/gbnf/sample-grammar.ts';
import { type Grammar, schemaToGbnf } from './schema-to-gbnf.ts';
import { validateInstance } from './validate.ts';

type Schema = Readonly<Record<string, unknown>>;

const count = fc.nat({ max: 6 });
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });
const typed =
  (type: string) =>
  (more: object): Schema => ({ type, ...more });

const patterns = [
  '^[a-c]+$',
  'b',
  '^a|z$',
  '^\\d{2}-\\d{2}$',
  '^(?:x|yz)*$',
  '[^a]',
  '^"[\\s\\S]?"$',
  '(?!a)b',
];
const textSchema = some({ minLength: count, maxLength: count, pattern: fc.constantFrom(...patterns) }).map(
  typed('string'),
);
const bound = fc.oneof(
  fc.integer({ min: -20, max: 40 }),
  fc.integer({ min: -90, max: 90 }).map((n) => n / 8),
);
const bounds = some({ minimum: bound, exclusiveMaximum: bound, multipleOf: fc.constantFrom(1, 2, 5, 0.5) });
const anyJson = fc.jsonValue({ maxDepth: 2 });
const names = ['a', 'b', 'ab', 'a"b', 'c'];
const name = fc.constantFrom(...names);

const { schema: anySchema } = fc.letrec<{ schema: Schema | boolean }>((tie) => {
  const inner = tie('schema');
  const objects = some({
    properties: fc.dictionary(name, inner, { maxKeys: 4 }),
    required: fc.uniqueArray(name, { maxLength: 2 }),
    additionalProperties: fc.oneof(fc.boolean(), inner),
    patternProperties: fc.dictionary(fc.constantFrom('^x', '^.*$', 'a'), inner, { maxKeys: 2 }),
    propertyNames: fc.constantFrom({ maxLength: 2 }, { enum: ['a', 'b', 'q'] }, { pattern: '^[a-z]$' }),
    minProperties: fc.nat({ max: 2 }),
    maxProperties: count,
  });
  const arrays = some({
    items: inner,
    prefixItems: fc.array(inner, { maxLength: 2 }),
    minItems: fc.nat({ max: 3 }),
    maxItems: count,
    uniqueItems: fc.boolean(),
  });
  const several = fc.array(inner, { minLength: 1, maxLength: 3 });
  const combined = fc
    .tuple(some({ anyOf: several, oneOf: several, allOf: several }), inner)
    .map(([choices, base]) => (typeof base === 'boolean' ? choices : { ...base, ...choices }));
  const listed = fc.array(anyJson, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values }));
  const numbers = bounds.chain((limits) =>
    fc.constantFrom(typed('integer')(limits), typed('number')(limits)),
  );
  const references = fc.constantFrom('#/$defs/list', '#/$defs/text').map(($ref) => ({ $ref }));
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.oneof(
        textSchema,
        numbers,
        listed,
        references,
        fc.constantFrom<Schema | boolean>(true, false, { type: ['null', 'boolean'] }),
      ),
      objects.map(typed('object')),
      arrays.map(typed('array')),
      combined,
    ),
  };
});

const definitions = {
  list: {
    type: 'object',
    properties: { next: { $ref: '#/$defs/list' }, v: { type: 'integer' } },
    additionalProperties: false,
  },
  text: { type: ['string', 'null'], maxLength: 3 },
};

const grammarOf = (schema: unknown): Grammar | undefined => {
  try {
    return schemaToGbnf(schema);
  } catch (caught) {
    if (String(caught).includes('too many combinations')) return undefined;
    expect(caught).toMatchObject({ code: 'SCHEMA', impossible: true });
    return undefined;
  }
};

test('whatever the schema: what an exact grammar lets through is valid', () => {
  let exact = 0;
  fc.assert(
    fc.property(anySchema, fc.nat(), (part, seed) => {
      const schema = { $defs: definitions, allOf: [part] };
      const grammar = grammarOf(schema);
      if (!grammar) return;
      const sampler = new GrammarSampler(readGrammar(grammar.gbnf));
      for (let turn = 0; turn < 4; turn += 1) {
        const text = sampler.sample(randomFrom(seed + turn), 150);
        const verdict = validateInstance(schema, JSON.parse(text));
        if (grammar.exact) expect({ text, ...verdict }).toEqual({ text, outcome: 'valid' });
      }
      if (grammar.exact) exact += 1;
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(exact).toBeGreaterThan(60);
});

/** A simple schema with a value that is valid for it. */
interface Example {
  readonly schema: Schema;
  readonly value: unknown;
}

const { example: anyExample } = fc.letrec<{ example: Example }>((tie) => {
  const texts = fc.string({ unit: 'binary', maxLength: 6 }).map((value) => {
    const length = [...value].length;
    return { schema: { type: 'string', minLength: Math.max(0, length - 1), maxLength: length + 1 }, value };
  });
  const integers = fc.tuple(fc.integer(), count, count).map(([value, below, above]) => ({
    schema: { type: 'integer', minimum: value - below, maximum: value + above },
    value,
  }));
  const others = fc.constantFrom<Example>(
    { schema: { type: 'boolean' }, value: true },
    { schema: { type: ['string', 'null'] }, value: null },
    { schema: { type: 'number' }, value: -0.25 },
    { schema: {}, value: { a: [{}] } },
  );
  const listed = fc
    .tuple(anyJson, anyJson)
    .map(([value, other]) => ({ schema: { enum: [other, value] }, value }));
  const lists = fc.array(tie('example'), { maxLength: 3 }).map((items) => ({
    schema: {
      type: 'array',
      items: { anyOf: [...items.map(({ schema }) => schema), { type: 'null' }] },
      maxItems: 4,
    },
    value: items.map(({ value }) => value),
  }));
  const properties = fc.record({ example: tie('example'), required: fc.boolean(), present: fc.boolean() });
  const objects = fc.dictionary(fc.string({ maxLength: 5 }), properties, { maxKeys: 5 }).map((given) => {
    const entries = Object.entries(given);
    const there = entries.filter(([, { required, present }]) => required || present);
    return {
      schema: {
        type: 'object',
        properties: Object.fromEntries(entries.map(([key, { example }]) => [key, example.schema])),
        required: entries.filter(([, { required }]) => required).map(([key]) => key),
        additionalProperties: false,
      },
      value: Object.fromEntries(there.map(([key, { example }]) => [key, example.value])),
    };
  });
  return {
    example: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.oneof(texts, integers, listed, others),
      lists,
      objects,
    ),
  };
});

test('a simple schema’s grammar lets a valid value through, whichever optional properties it has', () => {
  fc.assert(
    fc.property(anyExample, ({ schema, value }) => {
      const text = JSON.stringify(value);
      // A lone half of a surrogate pair is no character, and no model can write one.
      fc.pre(text.isWellFormed() && !/\\ud[89a-f]/i.test(text));
      expect({ text, ...validateInstance(schema, value) }).toEqual({ text, outcome: 'valid' });
      const rules = readGrammar(schemaToGbnf(schema).gbnf);
      expect({ text, lets: matchesGrammar(rules, text) }).toEqual({ text, lets: true });
    }),
    { numRuns: 250, seed: 5 },
  );
});
