import { dialects, LiteralText } from './parsing/literal-value.ts';
import type { ValueKind } from './tool-syntax.ts';

/** What kinds of value a JSON Schema allows; undefined: any. */
export type AllowedTypes = ReadonlySet<string> | undefined;

export type Schema = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

/** As syntaxes tell values apart. */
export const kindOfValue = (value: unknown): ValueKind => {
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
};

/** What a `$ref` within the same schema names. */
export const dereference = (schema: Schema, root: unknown): unknown => {
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  let found = root;
  for (const step of ref.slice(2).split('/')) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    found = isObject(found) ? found[key] : undefined;
  }
  return found;
};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Refs may go round in circles. */
const deepest = 16;

/** Integers count as `number`. `root`: the schema that its `$ref`s are about. */
export const allowedTypes = (schema: unknown, root: unknown, depth = 0): AllowedTypes => {
  if (!isObject(schema) || depth > deepest) return undefined;
  if ('$ref' in schema) return allowedTypes(dereference(schema, root), root, depth + 1);
  if ('const' in schema) return new Set([typeOf(schema['const'])]);
  if (Array.isArray(schema['enum'])) return new Set(schema['enum'].map(typeOf));
  const { type } = schema;
  if (typeof type === 'string' || Array.isArray(type)) {
    return new Set([type].flat().map((name) => (name === 'integer' ? 'number' : String(name))));
  }
  const branches = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (branches.length > 0) {
    const sets = branches.map((branch) => allowedTypes(branch, root, depth + 1));
    return sets.includes(undefined) ? undefined : new Set(sets.flatMap((set) => [...(set ?? [])]));
  }
  return listOf(schema['allOf'])
    .map((part) => allowedTypes(part, root, depth + 1))
    .find((set) => set !== undefined);
};

/** The schema of one argument; undefined when the tool's schema does not name it. */
export const argumentSchema = (parameters: unknown, key: string): unknown => {
  const properties = isObject(parameters) ? parameters['properties'] : undefined;
  return isObject(properties) ? properties[key] : undefined;
};

/** JSON, or Python's way of writing it: some templates print objects that way. */
const parseLoosely = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return pythonValue(text);
  }
};

const pythonValue = (text: string): { readonly value: unknown } | undefined => {
  if (!/^(?:True|False|None)$|^[{[]/.test(text)) return undefined;
  try {
    return { value: new LiteralText(text, dialects.python).value() };
  } catch {
    return undefined;
  }
};

/** Text between tags as JSON: what its schema allows, a string where nothing else fits. */
export const rawToJson = (raw: string, types: AllowedTypes): string => {
  const parsed = parseLoosely(raw.trim());
  if (!parsed || (types?.has('string') && !types.has(typeOf(parsed.value)))) return JSON.stringify(raw);
  return JSON.stringify(parsed.value);
};
