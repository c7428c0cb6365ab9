import { expect, test } from 'vitest';
import { createBreaker } from './breaker.ts';

const failing = (breaker: ReturnType<typeof createBreaker>, times: number): void => {
  for (let at = 0; at < times; at += 1) breaker.failed();
};

test('five failures in a row open it, then one request at a time probes', () => {
  let time = 0;
  const breaker = createBreaker(() => time);
  failing(breaker, 4);
  expect(breaker.admit()).toBe(0);
  breaker.failed();
  expect(breaker.admit()).toBe(1000);
  time += 1000;
  expect(breaker.admit()).toBe(0);
  expect(breaker.admit()).toBeGreaterThan(0);
  breaker.failed();
  expect(breaker.admit()).toBe(2000);
  time += 2000;
  expect(breaker.admit()).toBe(0);
  breaker.succeeded();
  expect([breaker.admit(), breaker.admit()]).toEqual([0, 0]);
});

test('an answer in between starts the count anew', () => {
  const breaker = createBreaker(() => 0);
  failing(breaker, 4);
  breaker.succeeded();
  failing(breaker, 4);
  expect(breaker.admit()).toBe(0);
});

test('a probe whose client left makes room for the next', () => {
  let time = 0;
  const breaker = createBreaker(() => time);
  failing(breaker, 5);
  time += 1000;
  breaker.admit();
  breaker.abandoned();
  expect(breaker.admit()).toBe(0);
});

test('the pause grows to half a minute, not further', () => {
  let time = 0;
  const breaker = createBreaker(() => time);
  failing(breaker, 5);
  for (let at = 0; at < 10; at += 1) {
    time += breaker.admit();
    breaker.admit();
    breaker.failed();
  }
  expect(breaker.admit()).toBe(30_000);
});
