import { expect, test } from 'vitest';
import { readExpiry } from './expiry.ts';

const now = Date.parse('2026-11-25T10:00:00Z');

test.each([
  ['12h', '2026-11-25T22:00:00.000Z'],
  ['30d', '2026-12-25T10:00:00.000Z'],
  ['2w', '2026-12-09T10:00:00.000Z'],
  ['1y', '2027-11-25T10:00:00.000Z'],
  ['2026-11-25', '2026-11-25T23:59:59.999Z'],
  ['2028-02-29', '2028-02-29T23:59:59.999Z'],
  ['2027-01-31T08:00:00+01:00', '2027-01-31T07:00:00.000Z'],
])('%s is until %s', (text, end) => {
  expect(new Date(readExpiry(text, now)).toISOString()).toBe(end);
});

test('never', () => {
  expect(readExpiry('never', now)).toBe(Number.POSITIVE_INFINITY);
});

test.each(['0d', '2026-11-24', '2020-01-01', '1970-01-01'])('%s is past', (text) => {
  expect(() => readExpiry(text, now)).toThrow('past');
});

test.each(['', 'soon', '30', '30m', '-1d', '2027-02-31', '2027-13-01', '1000000d', '5 d'])(
  '%j is no time',
  (text) => {
    expect(() => readExpiry(text, now)).toThrow('It must be like');
  },
);
