import { countBounds } from './bounds.ts';
import type { Converter } from './converter.ts';
import { type Expression, empty, never, optional, repeat, sequence, text } from './expression.ts';
import { separated, space } from './json-text.ts';
import { has, listOf } from './keywords.ts';
import type { Length } from './pattern/pattern.ts';
import type { Member } from './schema-alternatives.ts';
import { below, type SchemaDocument, type SchemaNode } from './schema-document.ts';

/** Above this, a bound is no use to a model; it is left to the check afterwards. */
const mostCounted = 100_000;

/** Arrays that meet the schemas. */
export const arrayText = (converter: Converter, member: Member): Expression => {
  const { document, book } = converter;
  const path = member[0]?.path ?? '';
  const shapes = member.map((node) => shapeOf(document, node));
  const fixed = Math.max(...shapes.map(({ first }) => first.length));
  const bounds = arrayBounds(member, shapes, fixed);
  if (bounds.min > bounds.max) return never(path, 'maxItems', 'it is below minItems');
  const isUnique = member.some((node) => node.keywords['uniqueItems'] === true);
  if (isUnique && bounds.max > 1) book.markInexact();
  if (bounds.min > mostCounted || (bounds.max > mostCounted && Number.isFinite(bounds.max))) {
    book.markInexact();
    return itemsText(converter, shapes, fixed, {
      min: Math.min(bounds.min, fixed),
      max: Number.POSITIVE_INFINITY,
    });
  }
  return itemsText(converter, shapes, fixed, bounds);
};

/** What a schema says of an array's items. */
interface Shape {
  /** The first items, one by one. */
  readonly first: readonly SchemaNode[];
  /** All further ones; undefined: nothing is said. */
  readonly rest: SchemaNode | undefined;
}

/** In drafts before 2020-12 `items` listed the first ones and `additionalItems` stood for the rest. */
const shapeOf = (document: SchemaDocument, node: SchemaNode): Shape => {
  const oldStyle = Array.isArray(node.keywords['items']);
  const list = oldStyle ? 'items' : 'prefixItems';
  const others = oldStyle ? 'additionalItems' : 'items';
  const first = (listOf(node, list) ?? []).map((part, place) =>
    document.node(part, below(node.path, list, place)),
  );
  const rest = has(node, others) ? document.node(node.keywords[others], below(node.path, others)) : undefined;
  return { first, rest };
};

/** A tuple is written whole and without more than it names, unless the schema says how long it is. */
const arrayBounds = (member: Member, shapes: readonly Shape[], fixed: number): Length => {
  const bounds = countBounds(member, 'minItems', 'maxItems');
  if (fixed === 0) return bounds;
  const saysLeast = member.some((node) => has(node, 'minItems'));
  const saysMore = bounds.min > fixed || shapes.some(({ rest }) => rest !== undefined);
  const min = saysLeast ? bounds.min : Math.min(fixed, bounds.max);
  return { min, max: saysMore ? bounds.max : Math.min(fixed, bounds.max) };
};

const itemsText = (
  converter: Converter,
  shapes: readonly Shape[],
  fixed: number,
  { min, max }: Length,
): Expression => {
  const itemAt = (place: number): Expression =>
    converter.value(shapes.flatMap(({ first, rest }) => first[place] ?? rest ?? []));
  const rest = max > fixed ? itemAt(fixed) : empty;
  if (fixed === 0) return bracketed(separated(converter.book, rest, min, max));
  const comma = sequence(text(','), space(converter.book));
  let inside = repeat(sequence(comma, rest), Math.max(0, min - fixed), Math.max(0, max - fixed));
  for (let place = Math.min(fixed, max) - 1; place >= 0; place -= 1) {
    const item = sequence(place === 0 ? empty : comma, itemAt(place), inside);
    inside = place < min ? item : optional(item);
  }
  return bracketed(inside);
};

const bracketed = (inside: Expression): Expression => sequence(text('['), inside, text(']'));
