import { dereference, isObject, listOf, type Schema } from '../argument-types.ts';

/** The arguments that a tool's schema names, in its order. */
export interface ObjectShape {
  readonly properties: readonly {
    readonly key: string;
    readonly schema: unknown;
    readonly required: boolean;
  }[];
  /** Nothing in the schema goes beyond its properties and which of them are required. */
  readonly simple: boolean;
}

/** What may stand beside properties without changing what is valid. */
const harmless = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'title',
  'description',
  'default',
  'examples',
  'strict',
  '$schema',
  '$defs',
  'definitions',
  '$id',
  '$comment',
]);

const deepest = 8;

/** Alternatives and conjunctions are laid over each other: only checking tells whether their result is valid. */
const partsOf = (schema: unknown, root: unknown, depth = 0): readonly Schema[] => {
  if (!isObject(schema) || depth > deepest) return [];
  const target = dereference(schema, root);
  const others = [target, ...listOf(schema['allOf']), ...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  return [schema, ...others.flatMap((part) => partsOf(part, root, depth + 1))];
};

export const objectShape = (parameters: unknown): ObjectShape => {
  const parts = partsOf(parameters, parameters);
  const schemas = new Map<string, unknown>();
  const required = new Set<unknown>(listOf(isObject(parameters) ? parameters['required'] : undefined));
  for (const { properties } of parts) {
    if (!isObject(properties)) continue;
    for (const [key, schema] of Object.entries(properties)) schemas.set(key, schemas.get(key) ?? schema);
  }
  const properties = [...schemas].map(([key, schema]) => ({ key, schema, required: required.has(key) }));
  const named = [...required].every((key) => schemas.has(String(key)));
  const simple =
    parts.length <= 1 && named && parts.every((part) => Object.keys(part).every((key) => harmless.has(key)));
  return { properties, simple };
};

/** A part of a schema as one of its own: what its `$ref`s may name goes with it. */
export const withDefinitions = (schema: unknown, root: unknown): unknown => {
  if (!isObject(schema) || !isObject(root)) return schema;
  const definitions = Object.fromEntries(
    ['$defs', 'definitions'].filter((key) => key in root).map((key) => [key, root[key]]),
  );
  return { ...definitions, ...schema };
};
