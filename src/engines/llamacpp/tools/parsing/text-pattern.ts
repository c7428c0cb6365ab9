import { anyId, anyIndex } from '../tool-syntax.ts';

/** A text of a syntax as models really write it: blanks may be more, fewer or none, around JSON's signs too. */
export type TextPattern = string;

const markerOrSign = /<[^<>\n]*>|\[\/?[A-Z_]+\]|[{}[\],:"]/g;

export const patternOf = (text: string): TextPattern =>
  text.replace(markerOrSign, (found) => (found.length === 1 ? ` ${found} ` : found)).replace(/\s+/g, ' ');

/** The place after the match · `more`: the text ends before it can be told · `no`. */
export type Match = number | 'more' | 'no';

export const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r';

export const afterBlanks = (text: string, at: number): number => {
  let next = at;
  while (isBlank(text[next])) next++;
  return next;
};

const runOf: Readonly<Record<string, RegExp>> = { [anyIndex]: /\d*/y, [anyId]: /[\w-]*/y };

const afterRun = (characters: RegExp, text: string, at: number): Match => {
  characters.lastIndex = at;
  characters.test(text);
  const end = characters.lastIndex;
  if (end === text.length) return 'more';
  return end === at ? 'no' : end;
};

export const matchAt = (pattern: TextPattern, text: string, at: number): Match => {
  let next = at;
  for (const sign of pattern) {
    if (sign === ' ') {
      next = afterBlanks(text, next);
      continue;
    }
    if (next >= text.length) return 'more';
    const run = runOf[sign];
    if (run) {
      const end = afterRun(run, text, next);
      if (typeof end !== 'number') return end;
      next = end;
    } else {
      if (!text.startsWith(sign, next)) return 'no';
      next += sign.length;
    }
  }
  return next;
};

/** The best of several matches: a match, else `more`, else `no`. */
export const firstMatch = (matches: Iterable<Match>): Match => {
  let best: Match = 'no';
  for (const match of matches) {
    if (typeof match === 'number') return match;
    if (match === 'more') best = 'more';
  }
  return best;
};

/** Where a text begins that could still become one of `ends`; its length when none does. */
export const heldFrom = (text: string, ends: readonly string[]): number => {
  let from = text.length;
  for (const end of ends) {
    for (let length = Math.min(end.length - 1, text.length); length > 0; length--) {
      if (!text.endsWith(end.slice(0, length))) continue;
      from = Math.min(from, text.length - length);
      break;
    }
  }
  return from;
};
