import { UnsupportedPattern } from './parse-pattern.ts';
import type { Pattern } from './pattern.ts';

/** One way in which a pattern can match: what is matched, and whether that begins and ends the text. */
export interface Alternative {
  readonly parts: readonly Pattern[];
  readonly fromStart: boolean;
  readonly toEnd: boolean;
}

/** Takes the anchors off the outside of a pattern. Throws UnsupportedPattern where one stands inside. */
export const alternativesOf = (pattern: Pattern): readonly Alternative[] => {
  if (pattern.kind === 'choice') return pattern.options.flatMap(alternativesOf);
  const parts = pattern.kind === 'sequence' ? pattern.parts : [pattern];
  const fromStart = parts[0]?.kind === 'start';
  const toEnd = parts.length > (fromStart ? 1 : 0) && parts.at(-1)?.kind === 'end';
  const inner = parts.slice(fromStart ? 1 : 0, toEnd ? -1 : undefined);
  const [only] = inner;
  if (inner.length === 1 && only && hasAnchor(only) && only.kind !== 'repeat') {
    return alternativesOf(only).map((one) => ({
      parts: one.parts,
      fromStart: one.fromStart || fromStart,
      toEnd: one.toEnd || toEnd,
    }));
  }
  if (inner.some(hasAnchor)) throw new UnsupportedPattern('an anchor inside');
  return [{ parts: inner, fromStart, toEnd }];
};

const hasAnchor = (pattern: Pattern): boolean => {
  if (pattern.kind === 'start' || pattern.kind === 'end') return true;
  if (pattern.kind === 'sequence') return pattern.parts.some(hasAnchor);
  if (pattern.kind === 'choice') return pattern.options.some(hasAnchor);
  return pattern.kind === 'repeat' && hasAnchor(pattern.part);
};
