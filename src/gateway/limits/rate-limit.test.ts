import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resetText } from './rate-headers.ts';
import { createRateLimit } from './rate-limit.ts';

test('a burst of a minute is fine, then they come one by one', () => {
  let time = 0;
  const limit = createRateLimit(() => time);
  for (const remaining of [3, 2, 1, 0]) {
    expect(limit.take('a', 4)).toMatchObject({ allowed: true, remaining });
  }
  expect(limit.take('a', 4)).toEqual({
    ...{ allowed: false, remaining: 0, waitSeconds: 15, resetMs: 60_000 },
  });
  expect(limit.take('b', 4).allowed).toBe(true);
  time += 14_999;
  expect(limit.take('a', 4)).toMatchObject({ allowed: false, waitSeconds: 1 });
  time += 1;
  expect(limit.take('a', 4).allowed).toBe(true);
  expect(limit.take('a', 4).allowed).toBe(false);
});

test('looking is not counting', () => {
  let time = 0;
  const limit = createRateLimit(() => time);
  for (let each = 0; each < 5; each++) expect(limit.allows('a', 2)).toBe(true);
  expect(limit.take('a', 2).remaining).toBe(1);
  limit.take('a', 2);
  expect(limit.allows('a', 2)).toBe(false);
  time += 30_000;
  expect(limit.allows('a', 2)).toBe(true);
});

test.each([
  [0, '0ms'],
  [999, '999ms'],
  [1000, '1s'],
  [1001, '2s'],
  [59_000, '59s'],
  [360_000, '6m0s'],
])('%i ms are written %s', (ms, text) => {
  expect(resetText(ms)).toBe(text);
});

test('whatever the arrivals, never more than the limit and a burst, and advice that holds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 100 }),
      fc.integer({ min: 1, max: 50 }),
      (gaps, perMinute) => {
        let time = 0;
        const limit = createRateLimit(() => time);
        let passed = 0;
        for (const gap of gaps) {
          time += gap;
          const { allowed, waitSeconds } = limit.take('a', perMinute);
          if (allowed) passed += 1;
          else {
            time += waitSeconds * 1000;
            expect(limit.take('a', perMinute).allowed).toBe(true);
            passed += 1;
          }
        }
        expect(passed).toBeLessThanOrEqual(perMinute + (time * perMinute) / 60_000 + 1);
      },
    ),
  );
});
