import Table from 'cli-table3';
import type { Column } from './output.ts';

const noLines = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((name) => [name, '']),
);

/** Aligned columns without lines, two blanks between them; no blanks at the ends of lines. */
export const renderTable = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  title: (text: string) => string,
): string => {
  const table = new Table({
    chars: { ...noLines, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(columns.map((column) => title(column.title)));
  for (const row of rows) table.push(columns.map((column) => column.value(row)));
  return table.toString().replace(/ +$/gm, '');
};
