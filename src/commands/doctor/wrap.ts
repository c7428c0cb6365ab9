/** Breaks a line at blanks so that it fits; a word that is longer stays whole, since people copy it. */
export const wrapped = (text: string, columns: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' && lines.length === 0 && word === '' ? ' ' : line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
};
