import { expect, test } from 'vitest';
import { runs } from './runs.ts';

test('a hundred thousand cases are tried in all', () => {
  expect(Object.values(runs).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(100_000);
});
