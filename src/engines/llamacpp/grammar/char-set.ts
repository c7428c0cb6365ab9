/** Code points as sorted ranges that neither touch nor overlap; both ends belong to the range. */
export type CharSet = readonly (readonly [first: number, last: number])[];

export const lastCodePoint = 0x10_ffff;

export const everyChar: CharSet = [[0, lastCodePoint]];

const ordered = (ranges: CharSet): CharSet => {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else if (first <= last) merged.push([first, last]);
  }
  return merged;
};

export const union = (...sets: readonly CharSet[]): CharSet => ordered(sets.flat());

export const complement = (set: CharSet): CharSet => {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of ordered(set)) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= lastCodePoint) gaps.push([next, lastCodePoint]);
  return gaps;
};

export const intersection = (a: CharSet, b: CharSet): CharSet =>
  complement(union(complement(a), complement(b)));

export const minus = (a: CharSet, b: CharSet): CharSet => intersection(a, complement(b));

/** The set of a text's code points. */
export const charsOf = (text: string): CharSet =>
  ordered(
    [...text].map((char) => {
      const code = char.codePointAt(0) ?? 0;
      return [code, code];
    }),
  );

export const range = (first: string, last: string): CharSet => [
  [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0],
];
