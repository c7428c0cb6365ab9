import { countOf, has, numberOf, textOf } from './keywords.ts';
import type { NumberBound } from './number-text.ts';
import type { Length } from './pattern/pattern.ts';
import type { Member } from './schema-alternatives.ts';
import type { SchemaNode } from './schema-document.ts';

/** The bounds that schemas set together. */

/** Between which counts `least` and `most` (`minItems` and `maxItems`, say) leave a value. */
export const countBounds = (member: Member, least: string, most: string): Length => ({
  min: Math.max(0, ...member.map((node) => countOf(node, least) ?? 0)),
  max: Math.min(...member.map((node) => countOf(node, most) ?? Number.POSITIVE_INFINITY)),
});

export const lengthBounds = (member: Member): Length => countBounds(member, 'minLength', 'maxLength');

export const lowerBound = (member: Member): NumberBound | undefined =>
  tightest(member, 'minimum', 'exclusiveMinimum', (a, b) => a > b);

export const upperBound = (member: Member): NumberBound | undefined =>
  tightest(member, 'maximum', 'exclusiveMaximum', (a, b) => a < b);

const tightest = (
  member: Member,
  including: string,
  excluding: string,
  isTighter: (a: number, b: number) => boolean,
): NumberBound | undefined => {
  const bounds = member.flatMap((node) => boundsAt(node, including, excluding));
  return bounds.reduce<NumberBound | undefined>((best, bound) => {
    if (!best || isTighter(bound.value, best.value)) return bound;
    return bound.value === best.value && bound.excluded ? bound : best;
  }, undefined);
};

/** In draft 4 `exclusiveMinimum: true` said how to read `minimum`. */
const boundsAt = (node: SchemaNode, including: string, excluding: string): readonly NumberBound[] => {
  const value = numberOf(node, including);
  const flag = node.keywords[excluding];
  const plain = value === undefined ? [] : [{ value, excluded: flag === true }];
  const strict = typeof flag === 'boolean' ? undefined : numberOf(node, excluding);
  return strict === undefined ? plain : [...plain, { value: strict, excluded: true }];
};

export const multiples = (member: Member): readonly number[] =>
  member.flatMap((node) => numberOf(node, 'multipleOf') ?? []).filter((value) => value > 0);

export const patterns = (member: Member): readonly string[] =>
  member.flatMap((node) => textOf(node, 'pattern') ?? []);

export const formatsOf = (member: Member): readonly string[] =>
  member.flatMap((node) => (has(node, 'format') ? (textOf(node, 'format') ?? []) : []));
