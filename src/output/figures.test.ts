import { expect, test } from 'vitest';
import { formatAmount, formatBytes, formatDuration } from './figures.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [98_437_504, '98.4 MB'],
  [999_400_000, '999 MB'],
  [999_600_000, '1.00 GB'],
  [41_234_567_890, '41.2 GB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [400, '0.4 s'],
  [9949, '9.9 s'],
  [42_300, '42 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('%d ms are %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

test('tokens are counted, not scaled', () =>
  expect(formatAmount(1_234_567, 'tokens')).toBe('1 234 567 tokens'));
