import { formatsOf, lengthBounds, patterns } from './bounds.ts';
import { type Expression, never, repeat } from './expression.ts';
import { formats } from './formats.ts';
import { anyString, char, quoted } from './json-text.ts';
import type { Length } from './pattern/pattern.ts';
import { patternText } from './pattern/pattern-text.ts';
import { placeName } from './place-name.ts';
import type { RuleBook } from './rule-book.ts';
import type { Member } from './schema-alternatives.ts';

/** Above this, a bound is no use to a model; it is left to the check afterwards. */
const longestCounted = 1_000_000;

/** Strings that meet the schemas. */
export const stringText = (book: RuleBook, member: Member): Expression => {
  const length = lengthBounds(member);
  if (length.min > length.max) {
    return never(member[0]?.path ?? '', 'maxLength', 'it is below minLength');
  }
  const sources = patterns(member);
  if (sources.length > 0) return patterned(book, member, sources, length);
  const format = formatsOf(member).find((name) => {
    const known = formats.get(name);
    return known && known.length.min >= length.min && known.length.max <= length.max;
  });
  const inside = format === undefined ? undefined : formats.get(format)?.inside;
  if (format !== undefined && inside) return book.shared(format, () => quoted(inside()));
  return counted(book, length);
};

const counted = (book: RuleBook, { min, max }: Length): Expression => {
  if (min === 0 && max === Number.POSITIVE_INFINITY) return anyString(book);
  if (min > longestCounted || (max > longestCounted && max !== Number.POSITIVE_INFINITY)) {
    book.markInexact();
    return anyString(book);
  }
  const name = `string-${min}${max === Number.POSITIVE_INFINITY ? '' : `-${max}`}`;
  return book.shared(name, () => quoted(repeat(char(book), min, max)));
};

/** The first pattern that a grammar can follow; of several, the others are checked afterwards. */
const patterned = (
  book: RuleBook,
  member: Member,
  sources: readonly string[],
  length: Length,
): Expression => {
  const asking = sources
    .map((source) => ({ source, found: patternText(source, length, char(book)) }))
    .filter(({ found }) => found !== 'anything');
  const [first] = asking;
  if (!first) return counted(book, length);
  const usable = asking.find(({ found }) => found !== undefined);
  if (asking.length > 1 || !usable) book.markInexact();
  if (!usable || usable.found === undefined || usable.found === 'anything') return counted(book, length);
  const { inside, fits } = usable.found;
  if (!fits) book.markInexact();
  if (inside.kind === 'never') return never(member[0]?.path ?? '', 'pattern', 'no text can match it');
  const key = `pattern ${usable.source} of ${length.min} to ${length.max}`;
  return book.shared(key, () => quoted(inside), `${placeName(member)}-text`);
};
