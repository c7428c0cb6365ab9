import { has, listOf } from './keywords.ts';
import type { Member } from './schema-alternatives.ts';
import type { SchemaNode } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';
import { canonical } from './values.ts';

const jsonTypes = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;

export type JsonType = (typeof jsonTypes)[number];

const isJsonType = (value: unknown): value is JsonType => jsonTypes.some((type) => type === value);

/** The types that all the schemas allow; undefined when none of them says any. */
export const declaredTypes = (member: Member): readonly JsonType[] | undefined => {
  const lists = member.flatMap((node) => (has(node, 'type') ? [typesOf(node)] : []));
  const [first, ...others] = lists;
  return first && others.reduce(inBoth, first);
};

const typesOf = (node: SchemaNode): readonly JsonType[] => {
  const given = node.keywords['type'];
  const types = Array.isArray(given) ? given : [given];
  if (types.length === 0 || !types.every(isJsonType)) {
    throw new SchemaError(node.path, 'type', `it must be of ${jsonTypes.join(', ')}`);
  }
  const named = types.filter((type) => type !== 'integer' || !types.includes('number'));
  return node.keywords['nullable'] === true && !named.includes('null') ? [...named, 'null'] : named;
};

const inBoth = (a: readonly JsonType[], b: readonly JsonType[]): readonly JsonType[] =>
  a.flatMap((type) => {
    if (b.includes(type)) return [type];
    if (type === 'number' && b.includes('integer')) return ['integer' as const];
    return type === 'integer' && b.includes('number') ? [type] : [];
  });

const implied: readonly (readonly [type: JsonType, keywords: readonly string[]])[] = [
  [
    'object',
    [
      ...['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'],
      ...['minProperties', 'maxProperties', 'unevaluatedProperties', 'dependentRequired', 'dependentSchemas'],
    ],
  ],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains']],
  ['string', ['pattern', 'format', 'minLength', 'maxLength']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/**
 * The types to write. A schema that names none but has keywords for one kind of value means that kind, although
 * others would be valid, too. undefined: any.
 */
export const writtenTypes = (member: Member): readonly JsonType[] | undefined => {
  const declared = declaredTypes(member);
  if (declared) return declared;
  const meant = implied.filter(([, keywords]) =>
    member.some((node) => keywords.some((keyword) => isSaid(node, keyword))),
  );
  return meant.length === 0 ? undefined : meant.map(([type]) => type);
};

/** In draft 3 `required: true` stood beside a property's type. */
const isSaid = (node: SchemaNode, keyword: string): boolean =>
  has(node, keyword) && (keyword !== 'required' || Array.isArray(node.keywords[keyword]));

/** The values that every `enum` and `const` lists; undefined when there is none. */
export const listedValues = (member: Member): readonly unknown[] | undefined => {
  const lists = member.flatMap((node) => [
    ...(has(node, 'enum') ? [listOf(node, 'enum') ?? []] : []),
    ...(has(node, 'const') ? [[node.keywords['const']]] : []),
  ]);
  const [first, ...others] = lists;
  return others.reduce<readonly unknown[] | undefined>((left, list) => {
    const keys = new Set(list.map(canonical));
    return left?.filter((value) => keys.has(canonical(value)));
  }, first);
};
