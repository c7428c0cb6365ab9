import Table from 'cli-table3';
import type { Column } from './output.ts';

const noLines = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((name) => [name, '']),
);

const gap = '  ';

interface Cells {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly aligns: readonly ('left' | 'right')[];
  readonly paint: (title: string) => string;
}

/** Knows how wide every character is, at half a millisecond a row. */
const widthAwareTable = ({ titles, rows, aligns, paint }: Cells): string => {
  const table = new Table({
    chars: { ...noLines, middle: gap },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [...aligns],
  });
  table.push(titles.map(paint), ...rows.map((cells) => [...cells]));
  return table.toString();
};

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** For texts in which each character is as wide as the next, however many rows there are. */
const plainTable = ({ titles, rows, aligns, paint }: Cells): string => {
  const widths = titles.map((title, at) =>
    rows.reduce((widest, cells) => Math.max(widest, cells[at]?.length ?? 0), title.length),
  );
  const padded = (cells: readonly string[], shown: (cell: string) => string): string =>
    cells
      .map((cell, at) => {
        const blanks = ' '.repeat((widths[at] ?? 0) - cell.length);
        return aligns[at] === 'right' ? blanks + shown(cell) : shown(cell) + blanks;
      })
      .join(gap);
  return [padded(titles, paint), ...rows.map((cells) => padded(cells, (cell) => cell))].join('\n');
};

/** Aligned columns without lines, two blanks between them; no blanks at the ends of lines. */
export const renderTable = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  title: (text: string) => string,
): string => {
  const cells: Cells = {
    titles: columns.map((column) => column.title),
    rows: rows.map((row) => columns.map((column) => column.value(row))),
    aligns: columns.map((column) => column.align ?? 'left'),
    paint: title,
  };
  const isAllPlain = [cells.titles, ...cells.rows].every((row) => row.every(isPlain));
  const text = isAllPlain ? plainTable(cells) : widthAwareTable(cells);
  return text.replace(/ +$/gm, '');
};
