import { expect, test } from 'vitest';
import { retryAfterSeconds } from './retry-after.ts';

const now = Date.UTC(2026, 10, 25, 12, 0, 0);

test.each([
  ['7', 7],
  [' 0 ', 0],
  ['1.5', 1.5],
  ['Wed, 25 Nov 2026 12:00:30 GMT', 30],
  ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
  ['-3', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
  [['1', '2'], undefined],
])('%s', (value, seconds) => {
  expect(retryAfterSeconds(value, now)).toBe(seconds);
});
