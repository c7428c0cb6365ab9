import type { Reason } from './expression.ts';
import { declaredTypes } from './json-types.ts';
import { has, listOf, textOf } from './keywords.ts';
import { below, type SchemaDocument, type SchemaNode } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';

/**
 * Schemas that hold together, none of them with a part still to be looked up or chosen: `$ref` and `allOf` are
 * followed, of every `anyOf` and `oneOf` one option is taken. Without any, every value is valid.
 */
export type Member = readonly SchemaNode[];

export interface Alternatives {
  readonly members: readonly Member[];
  /** Why there is none. */
  readonly reason: Reason | undefined;
}

/** What the options of a `oneOf` came to; whether they exclude each other is for the caller to see. */
type SeeOneOf = (groups: readonly (readonly Member[])[]) => void;

interface Union {
  readonly exclusive: boolean;
  readonly options: readonly SchemaNode[];
  /** The schemas that were being followed to get here. */
  readonly within: ReadonlySet<SchemaNode>;
}

/** Options taken together; every one that is looked at counts. */
const mostCombinations = 800;

/** Keywords that say something of a value; all others are remarks or unknown. */
const assertions: readonly string[] = [
  ...['type', 'nullable', 'enum', 'const', 'format', 'pattern', 'minLength', 'maxLength'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'],
  ...['minProperties', 'maxProperties', 'unevaluatedProperties', 'unevaluatedItems'],
  ...['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  ...['not', 'if', 'dependentRequired', 'dependentSchemas', 'dependencies'],
];

const choosing: readonly string[] = ['anyOf', 'oneOf', 'allOf', '$ref', '$dynamicRef', '$recursiveRef'];

const saysNothing = (node: SchemaNode): boolean =>
  [...assertions, ...choosing].every((keyword) => !has(node, keyword));

/** What schemas that must all hold come to. Throws SchemaError for a circle of references or too many combinations. */
export const alternativesOf = (
  document: SchemaDocument,
  nodes: readonly SchemaNode[],
  seeOneOf: SeeOneOf,
): Alternatives => {
  let looked = 0;
  let reason: Reason | undefined;
  const members = (reached: Reached): readonly Member[] => {
    looked += 1;
    if (looked > mostCombinations) {
      throw new SchemaError(nodes[0]?.path ?? '', 'anyOf', 'there are too many combinations');
    }
    const clash = reached.reason ?? typeClash(reached.plain);
    if (clash) {
      reason ??= clash;
      return [];
    }
    const [union, ...others] = reached.unions;
    if (!union) return [reached.plain];
    const groups = union.options.map((option) => {
      const next: Reached = {
        ...reached,
        plain: [...reached.plain],
        seen: new Set(reached.seen),
        unions: [...others],
      };
      follow(document, option, union.within, next);
      return members(next);
    });
    if (union.exclusive && groups.length > 1) seeOneOf(groups);
    return groups.flat();
  };
  const start: Reached = { plain: [], unions: [], seen: new Set(), reason: undefined };
  for (const node of nodes) follow(document, node, new Set(), start);
  return { members: members(start), reason };
};

/** Why no value has a type that all of the schemas allow. */
const typeClash = (member: Member): Reason | undefined => {
  if (declaredTypes(member)?.length !== 0) return undefined;
  const path = member[0]?.path ?? '';
  return { path, keyword: 'type', problem: 'no type is allowed by all of the schemas here' };
};

interface Reached {
  readonly plain: SchemaNode[];
  readonly unions: Union[];
  readonly seen: Set<SchemaNode>;
  reason: Reason | undefined;
}

const follow = (
  document: SchemaDocument,
  node: SchemaNode,
  within: ReadonlySet<SchemaNode>,
  reached: Reached,
): void => {
  if (within.has(node)) throw new SchemaError(node.path, '$ref', 'it refers to itself without end');
  if (reached.seen.has(node)) return;
  reached.seen.add(node);
  const inside = new Set([...within, node]);
  if (isImpossible(document, node)) {
    reached.reason ??= { path: node.path, keyword: 'not', problem: 'no value is allowed here' };
  }
  if (assertions.some((keyword) => has(node, keyword))) reached.plain.push(node);
  for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
    const reference = textOf(node, keyword);
    if (reference !== undefined) follow(document, document.resolve(reference, node), inside, reached);
  }
  for (const part of partsAt(document, node, 'allOf')) follow(document, part, inside, reached);
  for (const keyword of ['anyOf', 'oneOf']) {
    if (!has(node, keyword)) continue;
    const options = partsAt(document, node, keyword);
    reached.unions.push({ exclusive: keyword === 'oneOf', options, within: inside });
  }
};

const partsAt = (document: SchemaDocument, node: SchemaNode, keyword: string): readonly SchemaNode[] => {
  const parts = listOf(node, keyword) ?? [];
  if (parts.length === 0 && has(node, keyword))
    throw new SchemaError(node.path, keyword, 'it must not be empty');
  return parts.map((part, place) => document.node(part, below(node.path, keyword, place)));
};

const isImpossible = (document: SchemaDocument, node: SchemaNode): boolean =>
  has(node, 'not') && saysNothing(document.node(node.keywords['not'], below(node.path, 'not')));
