import { expect } from 'vitest';
import { schemaToGbnf } from '../../../src/engines/llamacpp/grammar/schema-to-gbnf.ts';
import { validateInstance } from '../../../src/engines/llamacpp/grammar/validate.ts';
import { readGrammar } from './grammar-text.ts';
import { matchesGrammar } from './match-grammar.ts';
import { GrammarSampler, randomFrom } from './sample-grammar.ts';

/** A schema with values that its grammar must let through and others that it must not. */
export interface SchemaCase {
  readonly schema: unknown;
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
  /** Whether the grammar alone is enough; true if absent. */
  readonly exact?: boolean;
  /** ajv allows some of the refused values: the grammar is meant to be narrower. */
  readonly narrower?: boolean;
}

const samples = 40;

/** With one space after ':' and ',' between the parts, as json.dumps writes. */
const spaced = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${spaced(part)}`);
  return `{${pairs.join(', ')}}`;
};

/** Checks the grammar of a case: what it takes and refuses, that ajv agrees, and that random texts are valid. */
export const checkCase = ({ schema, takes, refuses, exact = true, narrower = false }: SchemaCase): void => {
  const grammar = schemaToGbnf(schema);
  const rules = readGrammar(grammar.gbnf);
  const lets = (text: string): boolean => matchesGrammar(rules, text);
  expect(grammar.exact, 'exact').toBe(exact);
  for (const value of takes) {
    const text = JSON.stringify(value);
    expect({ text, lets: lets(text) }).toEqual({ text, lets: true });
    expect({ text, lets: lets(spaced(value)) }).toEqual({ text, lets: true });
    expect({ text, ...validateInstance(schema, value) }).toEqual({ text, outcome: 'valid' });
  }
  for (const value of refuses) {
    const text = JSON.stringify(value);
    expect({ text, lets: lets(text) }).toEqual({ text, lets: false });
    if (!narrower)
      expect({ text, ...validateInstance(schema, value) }).toMatchObject({ text, outcome: 'invalid' });
  }
  if (exact) checkSamples(schema, new GrammarSampler(rules));
};

const checkSamples = (schema: unknown, sampler: GrammarSampler): void => {
  for (let seed = 1; seed <= samples; seed += 1) {
    const text = sampler.sample(randomFrom(seed), 200);
    expect({ text, ...validateInstance(schema, JSON.parse(text)) }).toEqual({ text, outcome: 'valid' });
  }
};
