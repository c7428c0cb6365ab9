import { expect, test } from 'vitest';
import { besideDecoders, ChunkSize } from './chunk-size.ts';

test('slow steps halve the chunk, down to the least', () => {
  const chunk = new ChunkSize(besideDecoders);
  expect(chunk.tokens).toBe(16);
  for (const expected of [8, 4, 2, 2]) {
    chunk.learn(chunk.tokens, 300, 20);
    expect(chunk.tokens).toBe(expected);
  }
});

test('fast full steps double it, up to the most', () => {
  const chunk = new ChunkSize(besideDecoders, 48);
  for (const expected of [32, 48, 48]) {
    chunk.learn(chunk.tokens, 20, 10);
    expect(chunk.tokens).toBe(expected);
  }
});

test('a fast step that was not full says nothing', () => {
  const chunk = new ChunkSize(besideDecoders);
  chunk.learn(3, 10, 5);
  expect(chunk.tokens).toBe(16);
});

test('a step in between changes nothing', () => {
  const chunk = new ChunkSize(besideDecoders);
  chunk.learn(16, 100, 20);
  expect(chunk.tokens).toBe(16);
});

test('beside answers that are slow by themselves a prompt may take as long again', () => {
  const chunk = new ChunkSize(besideDecoders);
  chunk.learn(16, 900, 500);
  expect(chunk.tokens).toBe(16);
  chunk.learn(16, 1100, 500);
  expect(chunk.tokens).toBe(8);
  chunk.learn(8, 600, 500);
  expect(chunk.tokens).toBe(16);
});
