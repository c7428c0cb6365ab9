import { expect, test } from 'vitest';
import { createMeter } from './meter.ts';

test('speed and time left are those of the last seconds', () => {
  let now = 0;
  const read = createMeter(() => now);
  for (; now < 20_000; now += 1000) read(now, 100_000);
  // Ten times as fast from here on.
  let reading = read(20_000, 100_000);
  for (let second = 1; second <= 10 && reading.done < 90_000; second++) {
    now += 1000;
    reading = read(20_000 + second * 7000, 100_000);
  }
  expect(reading.rate).toBeCloseTo(7000, -2);
  expect(reading.left).toBeCloseTo(1428, -2);
});

test('what was there before does not count as speed', () => {
  let now = 0;
  const read = createMeter(() => now);
  expect(read(900, 1000)).toMatchObject({ fraction: 0.9, rate: undefined, left: undefined });
  now = 1000;
  expect(read(950, 1000)).toMatchObject({ rate: 50, left: 1000 });
});

test('a step back begins anew', () => {
  let now = 0;
  const read = createMeter(() => now);
  read(800, 1000);
  now = 1000;
  expect(read(0, 1000).rate).toBeUndefined();
  now = 2000;
  expect(read(100, 1000).rate).toBe(100);
});

test('no total is no fault', () => {
  expect(createMeter(() => 0)(0, 0)).toMatchObject({ fraction: 0 });
});
