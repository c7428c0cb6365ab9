import { complement, everyChar, minus } from '../char-set.ts';
import { choice, type Expression, repeat, sequence } from '../expression.ts';
import { charIn, digit } from '../json-text.ts';
import { type Alternative, alternativesOf } from './anchors.ts';
import { parsePattern, UnsupportedPattern } from './parse-pattern.ts';
import { type Length, lengthOf, type Pattern } from './pattern.ts';

/** The insides of JSON strings (without quotes) in which a pattern is found. */
export interface PatternText {
  readonly inside: Expression;
  /** Whether all of them are as long as was asked for. */
  readonly fits: boolean;
}

/**
 * What a pattern asks for: texts in which it is found, `anything` when it is found in every text, undefined when a
 * grammar can't follow it. `anyChar` is the rule of any character.
 */
export const patternText = (
  source: string,
  length: Length,
  anyChar: Expression,
): PatternText | 'anything' | undefined => {
  try {
    const alternatives = alternativesOf(parsePattern(source));
    if (alternatives.some(isFoundEverywhere)) return 'anything';
    const tight = alternatives.flatMap((alternative) => fitted(wholeText(alternative, length), length));
    return {
      inside: choice(...tight.map(({ parts }) => written({ kind: 'sequence', parts }, anyChar))),
      fits: tight.every(({ fits }) => fits),
    };
  } catch (caught) {
    if (caught instanceof UnsupportedPattern) return undefined;
    throw caught;
  }
};

const isFoundEverywhere = ({ parts, fromStart, toEnd }: Alternative): boolean =>
  !(fromStart && toEnd) && lengthOf({ kind: 'sequence', parts }).min === 0;

/** A pattern is found anywhere in a text unless anchors say otherwise: what may stand before and behind it. */
const wholeText = ({ parts, fromStart, toEnd }: Alternative, length: Length): readonly Pattern[] => {
  const room = Math.max(0, length.max - lengthOf({ kind: 'sequence', parts }).max);
  const most = fromStart || toEnd || !Number.isFinite(room) ? Number.POSITIVE_INFINITY : Math.floor(room / 2);
  const around: Pattern = { kind: 'repeat', part: { kind: 'char', set: everyChar }, min: 0, max: most };
  return [...(fromStart ? [] : [around]), ...parts, ...(toEnd ? [] : [around])];
};

/** Each such group doubles the alternatives. */
const mostGroups = 3;

interface Fitted {
  readonly parts: readonly Pattern[];
  readonly fits: boolean;
}

/** Brings a text's length into bounds; where that needs it, with and without a group that may be missing. */
const fitted = (parts: readonly Pattern[], length: Length, groups = mostGroups): readonly Fitted[] => {
  const direct = tightened(parts, length);
  const place = parts.findIndex(
    (part) => part.kind === 'repeat' && part.min === 0 && part.max === 1 && !isElastic(part),
  );
  const group = parts[place];
  if (direct.fits || groups === 0 || group?.kind !== 'repeat') return [direct];
  const inside = group.part.kind === 'sequence' ? group.part.parts : [group.part];
  return [parts.toSpliced(place, 1), parts.toSpliced(place, 1, ...inside)].flatMap((one) =>
    fitted(one, length, groups - 1),
  );
};

/** Brings a text's length into bounds through the one repetition that gives way most. */
const tightened = (parts: readonly Pattern[], length: Length): Fitted => {
  const all = lengthOf({ kind: 'sequence', parts });
  if (all.min >= length.min && all.max <= length.max) return { parts, fits: true };
  const elastic = parts.reduce<Repeat | undefined>(
    (best, part) => (isElastic(part) && part.max > (best?.max ?? 0) ? part : best),
    undefined,
  );
  if (!elastic) return { parts, fits: false };
  const place = parts.lastIndexOf(elastic);
  const others = lengthOf({ kind: 'sequence', parts: parts.toSpliced(place, 1) });
  const min = Math.max(elastic.min, length.min - others.min);
  const max = Math.min(elastic.max, length.max - others.max);
  // Infinity less Infinity: two parts without a bound and a text with one.
  if (Number.isNaN(max) && length.max === Number.POSITIVE_INFINITY) {
    return { parts: parts.with(place, { ...elastic, min }), fits: true };
  }
  if (!(min <= max)) return { parts, fits: false };
  return { parts: parts.with(place, { ...elastic, min, max }), fits: true };
};

type Repeat = Extract<Pattern, { kind: 'repeat' }>;

const isElastic = (part: Pattern): part is Repeat => part.kind === 'repeat' && part.part.kind === 'char';

/** Digits that a small model would write without end, as in numbers. */
const mostDigits = 30;

const mostTurns = ({ part, min, max }: Repeat): number =>
  max === Number.POSITIVE_INFINITY && part.kind === 'char' && minus(part.set, digit).length === 0
    ? Math.max(min, mostDigits)
    : max;

const written = (pattern: Pattern, anyChar: Expression): Expression => {
  switch (pattern.kind) {
    case 'char':
      return complement(pattern.set).length === 0 ? anyChar : charIn(pattern.set);
    case 'sequence':
      return sequence(...pattern.parts.map((part) => written(part, anyChar)));
    case 'choice':
      return choice(...pattern.options.map((option) => written(option, anyChar)));
    case 'repeat':
      return repeat(written(pattern.part, anyChar), pattern.min, mostTurns(pattern));
    default:
      throw new UnsupportedPattern('an anchor inside');
  }
};
