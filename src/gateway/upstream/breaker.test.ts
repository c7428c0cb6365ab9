import { expect, test } from 'vitest';
import { type Breaker, createBreaker } from './breaker.ts';

/** A breaker with a clock that stands until it is moved. */
const scene = () => {
  const clock = { time: 0 };
  const breaker = createBreaker(() => clock.time);
  return { clock, breaker };
};

const failing = (breaker: Breaker, times: number, since: number): void => {
  for (let at = 0; at < times; at += 1) breaker.failed(since);
};

test('five failures in a row open it, then one request at a time probes', () => {
  const { clock, breaker } = scene();
  failing(breaker, 4, 0);
  expect([breaker.admit(), breaker.isOpen]).toEqual([0, false]);
  breaker.failed(0);
  expect([breaker.admit(), breaker.isOpen]).toEqual([1000, true]);
  clock.time = 1000;
  expect(breaker.admit()).toBe(0);
  expect(breaker.admit()).toBeGreaterThan(0);
  clock.time = 1100;
  breaker.failed(1000);
  expect(breaker.admit()).toBe(2000);
  clock.time = 3100;
  expect(breaker.admit()).toBe(0);
  breaker.succeeded();
  expect([breaker.admit(), breaker.admit(), breaker.isOpen]).toEqual([0, 0, false]);
});

test('an answer in between starts the count anew', () => {
  const { breaker } = scene();
  failing(breaker, 4, 0);
  breaker.succeeded();
  failing(breaker, 4, 0);
  expect(breaker.admit()).toBe(0);
});

test('a probe whose client left makes room for the next', () => {
  const { clock, breaker } = scene();
  failing(breaker, 5, 0);
  clock.time = 1000;
  breaker.admit();
  breaker.abandoned(1000);
  expect(breaker.admit()).toBe(0);
});

test('what was under way when an engine died makes the pause no longer, and lets no second probe out', () => {
  const { clock, breaker } = scene();
  failing(breaker, 60, 0);
  expect(breaker.admit()).toBe(1000);
  clock.time = 1000;
  expect(breaker.admit()).toBe(0);
  failing(breaker, 60, 500);
  breaker.abandoned(500);
  expect(breaker.admit()).toBe(1000);
  breaker.failed(1000);
  expect(breaker.admit()).toBe(2000);
});

test('the pause grows to half a minute, not further', () => {
  const { clock, breaker } = scene();
  failing(breaker, 5, 0);
  for (let at = 0; at < 10; at += 1) {
    clock.time += breaker.admit();
    breaker.admit();
    breaker.failed(clock.time);
  }
  expect(breaker.admit()).toBe(30_000);
});

test('an engine that says it is well gets the next request at once, and all while it works on that one', () => {
  const { clock, breaker } = scene();
  failing(breaker, 5, 0);
  breaker.saysWell();
  expect([breaker.admit(), breaker.admit()]).toEqual([0, 1000]);
  breaker.saysWell();
  expect([breaker.admit(), breaker.isOpen]).toEqual([0, false]);
  // It fails all the same: the pause goes on from where it was.
  failing(breaker, 5, clock.time);
  expect([breaker.admit(), breaker.isOpen]).toEqual([2000, true]);
});

test('while it is closed the word of an engine changes nothing', () => {
  const { breaker } = scene();
  failing(breaker, 4, 0);
  breaker.saysWell();
  breaker.failed(0);
  expect(breaker.isOpen).toBe(true);
});
