import { anyObject, anyValue } from './any-value.ts';
import type { Converter } from './converter.ts';
import { choice, type Expression, empty, never, nothing, repeat, sequence, text } from './expression.ts';
import { pair, separated, space } from './json-text.ts';
import { type ObjectShape, objectShape } from './object-shape.ts';
import { nameFits, otherProperties } from './other-properties.ts';
import type { Length } from './pattern/pattern.ts';
import type { Member } from './schema-alternatives.ts';

/** Places in an object's writing: properties times how many of them were written. */
const mostStates = 2000;

/** Above this, a bound is no use to a model; it is left to the check afterwards. */
const mostCounted = 100_000;

/** Objects that meet the schemas; `name` is their rule's. */
export const objectText = (converter: Converter, member: Member, name: string): Expression => {
  const { book } = converter;
  const shape = objectShape(converter.document, member);
  if (isAnyObject(shape)) return anyObject(book);
  const written: Written[] = [];
  for (const property of shape.properties) {
    const value = property.schemas.length === 0 ? anyValue(book) : converter.value(property.schemas);
    const fits = nameFits(converter, shape, property.name);
    if (property.required && value.kind === 'never') return value;
    if (property.required && !fits)
      return never(member[0]?.path ?? '', 'propertyNames', 'it forbids a required name');
    const key = text(JSON.stringify(property.name));
    if (fits && value.kind !== 'never')
      written.push({ pair: pair(book, key, value), required: property.required });
  }
  const other = otherProperties(converter, shape, name);
  const inside = insideOf(
    converter,
    { written, other, count: countOf(converter, shape, other, written.length) },
    name,
  );
  if (inside.kind !== 'never') return sequence(text('{'), inside, text('}'));
  return never(member[0]?.path ?? '', 'minProperties', 'no object has as many properties');
};

/** A property that may or must be written. */
interface Written {
  readonly pair: Expression;
  readonly required: boolean;
}

interface Inside {
  readonly written: readonly Written[];
  /** A pair with another name. */
  readonly other: Expression;
  readonly count: Length;
}

const isAnyObject = ({ properties, patterns, others, names, count }: ObjectShape): boolean =>
  properties.length === 0 &&
  patterns.length === 0 &&
  names.length === 0 &&
  others?.length === 0 &&
  count.min === 0 &&
  count.max === Number.POSITIVE_INFINITY;

/** How many properties there may be, as far as the grammar counts them. */
const countOf = (converter: Converter, shape: ObjectShape, other: Expression, written: number): Length => {
  const { min, max } = shape.count;
  const required = shape.properties.filter((property) => property.required).length;
  // A name written twice counts once.
  if (other.kind !== 'never' && min > Math.max(1, required)) converter.book.markInexact();
  const counted = Math.max(min, max === Number.POSITIVE_INFINITY ? 0 : max);
  const isSmall = counted <= mostCounted && written * Math.min(written, counted) <= mostStates;
  if (isSmall) return { min, max };
  converter.book.markInexact();
  return { min: 0, max: Number.POSITIVE_INFINITY };
};

/**
 * Properties in their order, each written or, if it isn't required, left out. From the last to the first: what may
 * follow depends on the place and on how many were written before, of which only as much is kept as matters.
 */
const insideOf = (converter: Converter, inside: Inside, name: string): Expression => {
  const { book } = converter;
  const { written, count } = inside;
  const { min, max } = count;
  const comma = sequence(text(','), space(book));
  const most = Math.min(written.length, Math.max(1, min, max === Number.POSITIVE_INFINITY ? 0 : max));
  const least = (place: number): number =>
    Math.min(most, written.slice(0, place).filter((property) => property.required).length);
  const counts = (place: number): readonly number[] =>
    Array.from({ length: most + 1 }, (_, before) => before).filter(
      (before) => before >= least(place) && before <= place,
    );
  let after = new Map(counts(written.length).map((before) => [before, othersText(book, inside, before)]));
  for (const [place, property] of [...written.entries()].reverse()) {
    const here = new Map<number, Expression>();
    const isShared = place > 0 && (most > 1 || written[place - 1]?.required === false);
    for (const before of counts(place)) {
      const next = after.get(Math.min(before + 1, most)) ?? nothing;
      const take = before < max ? sequence(before === 0 ? empty : comma, property.pair, next) : nothing;
      const skip = property.required ? nothing : (after.get(before) ?? nothing);
      const text = choice(take, skip);
      const isPlain = text.kind === 'rule' || text.kind === 'text' || text.kind === 'never';
      const hint = before === 0 ? `${name}-first` : `${name}-more`;
      here.set(before, isShared && !isPlain ? book.add(hint, () => text) : text);
    }
    after = here;
  }
  return after.get(0) ?? nothing;
};

const othersText = (book: Converter['book'], { other, count }: Inside, before: number): Expression => {
  const min = Math.max(0, count.min - before);
  const max = Math.max(0, count.max - before);
  if (before === 0) return separated(book, other, min, max);
  return repeat(sequence(text(','), space(book), other), min, max);
};
