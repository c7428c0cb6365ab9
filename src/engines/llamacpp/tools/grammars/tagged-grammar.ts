import { type AllowedTypes, allowedTypes, isObject, listOf } from '../argument-types.ts';
import { type TaggedArguments, theKey, type ValueKind } from '../tool-syntax.ts';
import type { GrammarPart } from './argument-grammar.ts';
import { type GrammarRules, literal, sequence } from './grammar-rules.ts';
import { objectShape } from './object-shape.ts';
import { isAnyText, jsonValue, listedTexts } from './value-grammar.ts';

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

const oneArgument = (
  rules: GrammarRules,
  tags: TaggedArguments,
  key: string,
  schema: unknown,
  root: unknown,
): GrammarPart => {
  const types = allowedTypes(schema, root);
  const before = (kind: ValueKind): string => literal(tags.beforeKey + key + tags.afterKey[kind]);
  const asText = types === undefined || types.has('string');
  const text = asText ? textValue(rules, tags, key, schema, types) : undefined;
  // Where the tags tell strings from other values, the other kinds get tags of their own.
  const told = tags.afterKey.string !== tags.afterKey.number;
  const onlyText = types?.size === 1 && asText;
  if (text && (onlyText || !told)) {
    return { body: rules.add('argument', `${before('string')} ${text.body}`), exact: text.exact };
  }
  const json = jsonValue(rules, withoutText(schema), root);
  const other = `${before(kindOf(types))} ${json.body} ${literal(valueEnd(tags, key).join(''))}`;
  if (!text) return { body: rules.add('argument', other), exact: json.exact };
  return { body: rules.add('argument', `${before('string')} ${text.body} | ${other}`), exact: false };
};

const textValue = (
  rules: GrammarRules,
  tags: TaggedArguments,
  key: string,
  schema: unknown,
  types: AllowedTypes,
): GrammarPart => {
  const listed = listedTexts(schema);
  if (listed) {
    const end = literal(valueEnd(tags, key).join(''));
    return { body: `(${listed.map(literal).join(' | ')}) ${end}`, exact: true };
  }
  return {
    body: rawValue(rules, tags, key),
    exact: (types === undefined || types.size === 1) && isAnyText(schema),
  };
};

const kinds: readonly ValueKind[] = ['number', 'boolean', 'object', 'array'];

const kindOf = (types: AllowedTypes): ValueKind => kinds.find((kind) => types?.has(kind)) ?? 'object';

const isText = (schema: unknown): boolean => {
  const types = allowedTypes(schema, undefined);
  return types?.size === 1 && types.has('string');
};

/** What is left of a schema's alternatives without its strings. */
const withoutText = (schema: unknown): unknown => {
  if (!isObject(schema)) return schema;
  const left = { ...schema };
  if (Array.isArray(left['type'])) left['type'] = left['type'].filter((type) => type !== 'string');
  for (const keyword of ['anyOf', 'oneOf']) {
    if (keyword in left) left[keyword] = listOf(left[keyword]).filter((branch) => !isText(branch));
  }
  return left;
};
