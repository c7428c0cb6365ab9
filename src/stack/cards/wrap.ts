/** Words on lines of at most `width` columns, the following ones indented. */
export const wrap = (
  words: readonly string[],
  width: number,
  first: string,
  next: string,
  joint = ' ',
): readonly string[] => {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of words) {
    const longer = empty ? `${line}${word}` : `${line}${joint}${word}`;
    if (!empty && longer.length > width) {
      lines.push(line.trimEnd());
      line = `${next}${word}`;
    } else line = longer;
    empty = false;
  }
  return empty ? lines : [...lines, line.trimEnd()];
};

/** A text of words on such lines. */
export const paragraph = (text: string, width: number, first: string, next: string): readonly string[] =>
  wrap(text.split(' '), width, first, next);
