import { expect, test } from 'vitest';
import { besideDecoders, ChunkSize } from './chunk-size.ts';

/** Steps on a machine that takes `tokenMs` for a token of prompt. */
const settled = (tokenMs: number, decodeMs: number, chunk = new ChunkSize(besideDecoders)): number => {
  for (let step = 0; step < 30; step++) chunk.learn(chunk.tokens, chunk.tokens * tokenMs, decodeMs);
  return chunk.tokens;
};

test('a step takes about as long as it may, answers included', () => {
  expect(settled(3, 20)).toBe(43);
  expect(settled(10, 60)).toBe(9);
});

test('never more than the most, nor less than the least', () => {
  expect(settled(0.1, 5)).toBe(64);
  expect(settled(0.1, 5, new ChunkSize(besideDecoders, 48))).toBe(48);
  expect(settled(400, 20)).toBe(2);
});

test('beside answers that are slow by themselves a prompt is still read', () => {
  expect(settled(10, 500)).toBe(25);
});

test('it grows by steps, since a larger chunk may take longer for each token', () => {
  const chunk = new ChunkSize(besideDecoders);
  chunk.learn(16, 1, 1);
  expect(chunk.tokens).toBe(32);
});

test('the short end of a prompt changes nothing', () => {
  const chunk = new ChunkSize(besideDecoders);
  chunk.learn(3, 90, 5);
  expect(chunk.tokens).toBe(16);
});

test('one slow step among many changes little', () => {
  const chunk = new ChunkSize(besideDecoders);
  settled(5, 20, chunk);
  expect(chunk.tokens).toBe(26);
  chunk.learn(26, 300, 20);
  expect(chunk.tokens).toBe(17);
  expect(settled(5, 20, chunk)).toBeGreaterThanOrEqual(25);
});
