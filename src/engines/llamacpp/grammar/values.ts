/** Values that JSON Schema calls equal have the same text. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** Characters as JSON Schema counts them. */
export const lengthOfText = (text: string): number => [...text].length;

/** A pattern as validators read it: with Unicode's rules if it can be read so. undefined: it is broken. */
export const compiledPattern = (source: string): RegExp | undefined => {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags);
    } catch {}
  }
  return undefined;
};
