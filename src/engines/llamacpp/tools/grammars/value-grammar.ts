import { SchemaError, schemaToGbnf } from '../../grammar/schema-to-gbnf.ts';
import { isObject, kindOfValue, listOf } from '../argument-types.ts';
import type { ValueKind } from '../tool-syntax.ts';
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

/** The schemas of which a value must meet one. */
export const branchesOf = (schema: unknown): readonly unknown[] => {
  if (!isObject(schema) || listedValues(schema)) return [schema];
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one) => ({ ...schema, type: one }));
  const { anyOf, oneOf, title: _, description: __, default: ___, ...others } = schema;
  const branches = [...listOf(anyOf), ...listOf(oneOf)];
  return branches.length > 0 && Object.keys(others).length === 0 ? branches.flatMap(branchesOf) : [schema];
};

/** A value as it stands between tags. */
export interface ListedValue {
  readonly kind: ValueKind;
  readonly text: string;
}

/** The values that an argument may have, where its schema lists them; strings stand raw, others as JSON. */
export const listedValues = (schema: unknown): readonly ListedValue[] | undefined => {
  if (!isObject(schema)) return undefined;
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values) || values.length === 0) return undefined;
  return values.map((value) => ({
    kind: kindOfValue(value),
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
};

/** The texts that an argument may be, where its schema lists nothing else. */
export const listedTexts = (schema: unknown): readonly string[] | undefined => {
  const values = listedValues(schema);
  return values?.every(({ kind }) => kind === 'string') ? values.map(({ text }) => text) : undefined;
};

const plainText = new Set(['type', 'title', 'description', 'default', 'examples', '$comment']);

/** Whether every text is valid. */
export const isAnyText = (schema: unknown): boolean =>
  schema === undefined ||
  schema === true ||
  (isObject(schema) && Object.keys(schema).every((key) => plainText.has(key)));
