import { anyValue } from './any-value.ts';
import type { Converter } from './converter.ts';
import { choice, type Expression, nothing } from './expression.ts';
import { anyString, char, pair, quoted } from './json-text.ts';
import { listedValues } from './json-types.ts';
import type { ObjectShape, PatternProperty } from './object-shape.ts';
import { patternText } from './pattern/pattern-text.ts';
import { anyKeyBut, oneOfTexts } from './texts.ts';
import { fitOf } from './value-fit.ts';
import { compiledPattern } from './values.ts';

/** More characters in all the names than this are not kept apart from other names. */
const mostNameCharacters = 3000;

const anyLength = { min: 0, max: Number.POSITIVE_INFINITY };

const onlyText = { type: 'string' };

/** Whether `propertyNames` lets a name pass. */
export const nameFits = (converter: Converter, shape: ObjectShape, name: string): boolean => {
  if (shape.names.length === 0) return true;
  const fits = converter.membersOf(shape.names).members.map((member) => {
    const isListed = listedValues(member)?.includes(name) ?? true;
    return isListed ? fitOf(name, member) : 'no';
  });
  return fits.some((fit) => fit !== 'no');
};

/** A name that is not among the object's properties, with its value; `never` when there must be none. */
export const otherProperties = (converter: Converter, shape: ObjectShape, name: string): Expression => {
  if (shape.patterns.length > 0) return patternProperties(converter, shape, name);
  if (!shape.others) return nothing;
  const key = otherName(converter, shape, name);
  const value = shape.others.length === 0 ? anyValue(converter.book) : converter.value(shape.others);
  return pair(converter.book, key, value);
};

/** Names by pattern only: others could match a pattern by chance. */
const patternProperties = (converter: Converter, shape: ObjectShape, name: string): Expression => {
  const { book } = converter;
  if (shape.patterns.length > 1 || shape.isMerged || shape.names.length > 0) book.markInexact();
  return choice(
    ...shape.patterns.map((one) =>
      pair(book, patternName(converter, shape, one, name), converter.value([one.schema])),
    ),
  );
};

const patternName = (
  converter: Converter,
  shape: ObjectShape,
  { pattern }: PatternProperty,
  object: string,
): Expression => {
  const { book } = converter;
  const found = patternText(pattern, anyLength, char(book));
  const matches = compiledPattern(pattern);
  const clash = shape.properties.some(({ name }) => matches?.test(name));
  if (clash || found === undefined) book.markInexact();
  if (found === undefined || found === 'anything') return anyString(book);
  return book.shared(`pattern ${pattern}`, () => quoted(found.inside), `${object}-key`);
};

const otherName = (converter: Converter, shape: ObjectShape, name: string): Expression => {
  const { book, document } = converter;
  const known = shape.properties.map((property) => property.name);
  if (shape.names.length > 0) {
    const nodes = [...shape.names, document.node(onlyText, shape.names[0]?.path ?? '')];
    const { members } = converter.membersOf(nodes);
    const [member] = members;
    const listed = members.length === 1 && member ? listedValues(member) : undefined;
    if (listed && member) {
      const left = listed.filter(
        (one) => fitOf(one, member) === 'yes' && !known.some((other) => other === one),
      );
      return left.length === 0 ? nothing : oneOfTexts(left.map((one) => JSON.stringify(one)));
    }
    if (known.length > 0) book.markInexact();
    return converter.value(nodes);
  }
  if (known.length === 0) return anyString(book);
  if (known.join('').length <= mostNameCharacters)
    return book.add(`${name}-other`, () => anyKeyBut(book, known));
  book.markInexact();
  return anyString(book);
};
