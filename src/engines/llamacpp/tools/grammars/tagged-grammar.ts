import { type AllowedTypes, allowedTypes } from '../argument-types.ts';
import { type TaggedArguments, theKey, type ValueKind } from '../tool-syntax.ts';
import type { GrammarPart } from './argument-grammar.ts';
import { type GrammarRules, literal, sequence } from './grammar-rules.ts';
import { objectShape } from './object-shape.ts';
import { branchesOf, isAnyText, jsonValue, listedValues } from './value-grammar.ts';

/** The grammar of arguments between tags: keys in the schema's order, each at most once. */
export const taggedArguments = (
  rules: GrammarRules,
  tags: TaggedArguments,
  parameters: unknown,
): GrammarPart => {
  if (parameters === undefined || parameters === null)
    return { body: freeArguments(rules, tags), exact: true };
  const shape = objectShape(parameters);
  const parts = shape.properties.map(({ key, schema, required }) => {
    const value = oneArgument(rules, tags, key, schema, parameters);
    return { body: required ? value.body : `${value.body}?`, exact: value.exact };
  });
  return {
    body: rules.add('arguments', parts.map(({ body }) => body).join(' ')),
    exact: shape.simple && parts.every(({ exact }) => exact),
  };
};

/** The end tag of a value, cut where the next tag may begin. */
const valueEnd = (tags: TaggedArguments, key: string): readonly [tag: string, after: string] => {
  const whole = tags.afterValue.replaceAll(theKey, key);
  const tag = whole.trimEnd();
  return [tag, whole.slice(tag.length)];
};

const rawValue = (rules: GrammarRules, tags: TaggedArguments, key: string): string => {
  const [tag, after] = valueEnd(tags, key);
  return sequence(rules.until(tag), literal(after));
};

/** Any arguments, for a tool without a schema; end tags that repeat the key can't be written for any key. */
const freeArguments = (rules: GrammarRules, tags: TaggedArguments): string => {
  if (tags.afterValue.includes(theKey)) return '""';
  const start = `${literal(tags.beforeKey)} [a-zA-Z_] [a-zA-Z0-9_]{0,40} ${literal(tags.afterKey.string)}`;
  return rules.add('arguments', `(${start} ${rawValue(rules, tags, '')}){0,16}`);
};

/** One argument: the ways to write it are those of its schema's branches. */
const oneArgument = (
  rules: GrammarRules,
  tags: TaggedArguments,
  key: string,
  schema: unknown,
  root: unknown,
): GrammarPart => {
  const before = (kind: ValueKind): string => literal(tags.beforeKey + key + tags.afterKey[kind]);
  const end = literal(valueEnd(tags, key).join(''));
  const branches = branchesOf(schema);
  const ways = branches.map((branch): Way => {
    const listed = listedValues(branch);
    if (listed) {
      const texts = listed.map(({ kind, text }) => sequence(before(kind), literal(text), end));
      return { body: texts.join(' | '), exact: true, free: false };
    }
    const types = allowedTypes(branch, root);
    if (types === undefined || types.has('string')) {
      const body = sequence(before('string'), rawValue(rules, tags, key));
      return { body, exact: isAnyText(branch), free: true };
    }
    const json = jsonValue(rules, branch, root);
    return { body: sequence(before(kindOf(types)), json.body, end), exact: json.exact, free: false };
  });
  // Free text includes the others, unless the tags tell strings from them.
  const told = tags.afterKey.string !== tags.afterKey.number;
  const freeText = told ? undefined : ways.find(({ free }) => free);
  const bodies = freeText ? [freeText.body] : ways.map(({ body }) => body);
  const mixed = freeText !== undefined && !branches.every((branch) => isPlain(branch, root));
  return {
    body: rules.add('argument', [...new Set(bodies)].join(' | ')),
    exact: ways.every(({ exact }) => exact) && !mixed,
  };
};

interface Way extends GrammarPart {
  /** Any text at all. */
  readonly free: boolean;
}

const plainKinds = new Set(['string', 'boolean', 'null']);

/** Whether text that looks like such a value is one: a number may be out of its bounds, an object of another shape. */
const isPlain = (schema: unknown, root: unknown): boolean => {
  const types = allowedTypes(schema, root);
  return types === undefined || [...types].every((type) => plainKinds.has(type));
};

const kinds: readonly ValueKind[] = ['number', 'boolean', 'object', 'array'];

const kindOf = (types: AllowedTypes): ValueKind => kinds.find((kind) => types?.has(kind)) ?? 'object';
