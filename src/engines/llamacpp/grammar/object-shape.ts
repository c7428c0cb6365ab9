import { countBounds } from './bounds.ts';
import { entriesOf, has, textsOf } from './keywords.ts';
import type { Length } from './pattern/pattern.ts';
import type { Member } from './schema-alternatives.ts';
import { below, type SchemaDocument, type SchemaNode } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';
import { compiledPattern } from './values.ts';

/** A property that is written if it has a value, in the order of the schemas. */
export interface Property {
  readonly name: string;
  readonly required: boolean;
  /** All of them hold for its value; none: any value. */
  readonly schemas: readonly SchemaNode[];
}

/** Further properties whose names a pattern gives. */
export interface PatternProperty {
  readonly pattern: string;
  readonly schema: SchemaNode;
}

/** What schemas say of an object together. */
export interface ObjectShape {
  readonly properties: readonly Property[];
  readonly patterns: readonly PatternProperty[];
  /** Schemas for properties with other names; undefined: none are written. */
  readonly others: readonly SchemaNode[] | undefined;
  /** Whether several schemas hold together. */
  readonly isMerged: boolean;
  /** Schemas for the names themselves. */
  readonly names: readonly SchemaNode[];
  readonly count: Length;
}

/** One schema's say. */
interface Part {
  readonly node: SchemaNode;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly patterns: readonly (PatternProperty & { readonly matches: RegExp })[];
  readonly additional: SchemaNode | undefined;
}

export const objectShape = (document: SchemaDocument, member: Member): ObjectShape => {
  const parts = member.map((node) => partOf(document, node));
  const required = new Set(member.flatMap(requiredOf));
  const names = new Set([...parts.flatMap(({ properties }) => [...properties.keys()]), ...required]);
  const nameSchemas = member.flatMap((node) => schemaAt(document, node, 'propertyNames') ?? []);
  const closed = member.some(isClosed);
  return {
    properties: [...names].map((name) => ({
      name,
      required: required.has(name),
      schemas: parts.flatMap((part) => schemasFor(part, name)),
    })),
    patterns: parts.flatMap(({ patterns }) => patterns.map(({ pattern, schema }) => ({ pattern, schema }))),
    others: closed || !isOpen(member) ? undefined : parts.flatMap(({ additional }) => additional ?? []),
    isMerged: member.length > 1,
    names: nameSchemas,
    count: countBounds(member, 'minProperties', 'maxProperties'),
  };
};

const partOf = (document: SchemaDocument, node: SchemaNode): Part => ({
  node,
  properties: new Map(
    entriesOf(node, 'properties').map(([name, part]) => [
      name,
      document.node(part, below(node.path, 'properties', name)),
    ]),
  ),
  patterns: entriesOf(node, 'patternProperties').map(([pattern, part]) => {
    const matches = compiledPattern(pattern);
    const path = below(node.path, 'patternProperties', pattern);
    if (!matches)
      throw new SchemaError(node.path, 'patternProperties', `"${pattern}" is no regular expression`);
    return { pattern, matches, schema: document.node(part, path) };
  }),
  additional: schemaAt(document, node, 'additionalProperties'),
});

const schemaAt = (document: SchemaDocument, node: SchemaNode, keyword: string): SchemaNode | undefined =>
  has(node, keyword) ? document.node(node.keywords[keyword], below(node.path, keyword)) : undefined;

/** In draft 3 `required: true` stood beside a property's type; that is not understood as more than a remark. */
const requiredOf = (node: SchemaNode): readonly string[] =>
  typeof node.keywords['required'] === 'boolean' ? [] : textsOf(node, 'required');

const isClosed = (node: SchemaNode): boolean =>
  node.keywords['additionalProperties'] === false || node.keywords['unevaluatedProperties'] === false;

/**
 * Whether names beyond the listed ones are written: where a schema says so, or where none lists any. Most schemas that
 * leave it open do so by oversight, and a small model would make something up.
 */
const isOpen = (member: Member): boolean =>
  member.some((node) => has(node, 'additionalProperties') || has(node, 'unevaluatedProperties')) ||
  member.every((node) => !has(node, 'properties') && !has(node, 'patternProperties'));

const schemasFor = (part: Part, name: string): readonly SchemaNode[] => {
  const own = part.properties.get(name);
  const matching = part.patterns.filter(({ matches }) => matches.test(name)).map(({ schema }) => schema);
  const known = own ? [own, ...matching] : matching;
  return known.length === 0 && part.additional ? [part.additional] : known;
};
