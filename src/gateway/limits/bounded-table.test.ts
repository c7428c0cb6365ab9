import { expect, test } from 'vitest';
import { boundedTable } from './bounded-table.ts';

test('what is looked at stays, what is not is forgotten', () => {
  const table = boundedTable<number>(10);
  table.set('kept', 1);
  table.set('left', 2);
  for (let each = 0; each < 100; each++) {
    table.set(`other ${each}`, each);
    expect(table.get('kept')).toBe(1);
  }
  expect(table.get('left')).toBeUndefined();
  const found = Array.from({ length: 100 }, (_, each) => table.get(`other ${each}`)).filter(
    (value) => value !== undefined,
  );
  expect(found.length).toBeLessThanOrEqual(10);
});
