import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharePrefill } from './prefill-order.ts';

const long = { left: 5000, most: 128, name: 'long' };
const short = { left: 40, most: 128, name: 'short' };

test('steps go to the oldest and to the shortest in turn', () => {
  const first = sharePrefill([long, short], 64, 0);
  expect(first).toEqual([{ of: long, tokens: 64 }]);
  const second = sharePrefill([long, short], 64, 1);
  expect(second).toEqual([
    { of: short, tokens: 40 },
    { of: long, tokens: 24 },
  ]);
});

test('among equals the oldest goes first', () => {
  const a = { left: 100, most: 128 };
  const b = { left: 100, most: 128 };
  expect(sharePrefill([a, b], 64, 1)[0]?.of).toBe(a);
});

test('no prompt is evaluated by a single token, and there is always progress', () => {
  const prompts = fc.array(
    fc.record({ left: fc.integer({ min: 2, max: 300 }), most: fc.constantFrom(63, 128) }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(prompts, fc.integer({ min: 4, max: 128 }), fc.nat(1), (some, room, step) => {
      const shares = sharePrefill(some, room, step);
      const total = shares.reduce((sum, { tokens }) => sum + tokens, 0);
      expect(total).toBeGreaterThan(0);
      expect(total).toBeLessThanOrEqual(room);
      for (const { of, tokens } of shares) {
        expect(tokens).toBeLessThanOrEqual(of.most);
        expect(tokens).toBeGreaterThanOrEqual(2);
        expect(of.left - tokens).not.toBe(1);
      }
    }),
  );
});

test('a prompt of one token is evaluated all the same', () => {
  const single = { left: 1, most: 63 };
  expect(sharePrefill([single], 64, 0)).toEqual([{ of: single, tokens: 1 }]);
});

test('what one prompt may not have at once the next one gets', () => {
  const a = { left: 100, most: 63 };
  const b = { left: 100, most: 63 };
  const shares = sharePrefill([a, b], 128, 0);
  expect(shares.map(({ tokens }) => tokens)).toEqual([63, 63]);
});
