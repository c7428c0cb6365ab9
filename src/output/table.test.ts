import { expect, test } from 'vitest';
import { renderTable } from './table.ts';

const shown = (names: readonly string[]): string =>
  renderTable(
    names,
    [
      { title: 'NAME', value: (name) => name },
      { title: 'SIZE', value: (name) => String(name.length), align: 'right' },
      { title: '', value: () => 'end' },
    ],
    (title) => `<${title}>`,
  );

test('columns are as wide as what stands in them', () => {
  expect(shown(['a', 'a longer one']).split('\n')).toEqual([
    '<NAME>          <SIZE>  <>',
    'a                1  end',
    'a longer one    12  end',
  ]);
});

test('wide characters count as two', () => {
  const [, wide, narrow] = renderTable(
    ['模型', 'abcd'],
    [
      { title: 'N', value: (name) => name },
      { title: 'M', value: () => 'x' },
    ],
    (title) => title,
  ).split('\n');
  expect([wide, narrow]).toEqual(['模型  x', 'abcd  x']);
});
