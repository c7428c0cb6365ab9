import { SchemaError, schemaToGbnf } from '../../grammar/schema-to-gbnf.ts';
import { isObject } from '../argument-types.ts';
import type { GrammarPart } from './argument-grammar.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { withDefinitions } from './object-shape.ts';

/** One argument's value as JSON. */
export const jsonValue = (rules: GrammarRules, schema: unknown, root: unknown): GrammarPart => {
  try {
    const { gbnf, exact } = schemaToGbnf(withDefinitions(schema, root));
    return { body: rules.include(gbnf), exact };
  } catch (caught) {
    if (!(caught instanceof SchemaError) || caught.impossible) throw caught;
    return { body: rules.include(schemaToGbnf({}).gbnf), exact: false };
  }
};

/** The texts that an argument may be, where its schema lists them; undefined when it doesn't, or lists others too. */
export const listedTexts = (schema: unknown): readonly string[] | undefined => {
  if (!isObject(schema)) return undefined;
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return values.every((value) => typeof value === 'string') ? values : undefined;
};

const plainText = new Set(['type', 'title', 'description', 'default', 'examples', '$comment']);

/** Whether every text is valid. */
export const isAnyText = (schema: unknown): boolean =>
  schema === undefined ||
  schema === true ||
  (isObject(schema) && Object.keys(schema).every((key) => plainText.has(key)));
