import { expect, test } from 'vitest';
import { afterCrash, defaultCrashBudget } from './crash-budget.ts';

const minute = 60_000;

test('three restarts, each after a longer wait, then no more', () => {
  let crashes: readonly number[] = [];
  const waits: (number | undefined)[] = [];
  for (let crash = 0; crash < 4; crash++) {
    const after = afterCrash(defaultCrashBudget, crashes, crash * minute);
    crashes = after.crashes;
    waits.push(after.waitMs);
  }
  expect(waits).toEqual([500, 2000, 8000, undefined]);
});

test('a crash of more than ten minutes ago is forgotten', () => {
  const after = afterCrash(defaultCrashBudget, [0, minute, 2 * minute], 11.5 * minute);
  expect(after).toEqual({ crashes: [2 * minute, 11.5 * minute], waitMs: 2000 });
});
