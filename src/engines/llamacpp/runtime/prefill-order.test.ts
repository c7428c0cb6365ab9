import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharePrefill } from './prefill-order.ts';

const long = { left: 5000, name: 'long' };
const short = { left: 40, name: 'short' };

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
  const a = { left: 100 };
  const b = { left: 100 };
  expect(sharePrefill([a, b], 64, 1)[0]?.of).toBe(a);
});

test('no prompt is evaluated by a single token, and there is always progress', () => {
  const prompts = fc.array(fc.record({ left: fc.integer({ min: 2, max: 300 }) }), { minLength: 1 });
  fc.assert(
    fc.property(prompts, fc.integer({ min: 4, max: 128 }), fc.nat(1), (some, room, step) => {
      const shares = sharePrefill(some, room, step);
      const total = shares.reduce((sum, { tokens }) => sum + tokens, 0);
      expect(total).toBeGreaterThan(0);
      expect(total).toBeLessThanOrEqual(room);
      for (const { of, tokens } of shares) {
        expect(tokens).toBeGreaterThanOrEqual(2);
        expect(of.left - tokens).not.toBe(1);
      }
    }),
  );
});

test('a prompt of one token is evaluated all the same', () => {
  expect(sharePrefill([{ left: 1 }], 64, 0)).toEqual([{ of: { left: 1 }, tokens: 1 }]);
});
