import { expect, test } from 'vitest';
import { EmbeddingQueue } from './embedding-queue.ts';
import type { Token } from './runtime.ts';

/** Embeds a prompt as the sum of its tokens, three at a time. */
const fakeEmbedder = () => {
  const chunks: (readonly Token[])[] = [];
  let sum = 0;
  const add = (part: readonly Token[]): void => {
    if (part.includes(-1)) throw new Error('Eval has failed');
    chunks.push(part);
    for (const token of part) sum += token;
  };
  const embedder = {
    complete: (tokens: readonly Token[]) => tokens,
    begin: async () => {
      sum = 0;
    },
    chunkEnd: (position: number, length: number) => Math.min(length, position + 3),
    evaluate: async (part: readonly Token[]) => add(part),
    finish: async (part: readonly Token[]) => {
      add(part);
      return [sum];
    },
  };
  return { chunks, queue: new EmbeddingQueue(embedder, () => {}) };
};

const never = new AbortController().signal;

test('a step evaluates one chunk', async () => {
  const { chunks, queue } = fakeEmbedder();
  const vector = queue.add([1, 2, 3, 4], never);
  const other = queue.add([5], never);
  await queue.step();
  expect(chunks).toEqual([[1, 2, 3]]);
  expect([queue.running, queue.waiting]).toEqual([1, 1]);
  await queue.step();
  expect(await vector).toEqual([10]);
  await queue.step();
  expect(await other).toEqual([5]);
  expect(queue.hasWork).toBe(false);
});

test('a client that leaves is told at once, and the next is served', async () => {
  const { chunks, queue } = fakeEmbedder();
  const leaving = new AbortController();
  const first = queue.add([1, 2, 3, 4], leaving.signal);
  const second = queue.add([7], never);
  await queue.step();
  leaving.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  await queue.step();
  await queue.step();
  expect(await second).toEqual([7]);
  expect(chunks).toEqual([[1, 2, 3], [7]]);
});

test('a failure is the fault of one prompt', async () => {
  const { queue } = fakeEmbedder();
  const bad = queue.add([-1], never);
  const good = queue.add([2], never);
  const failed = expect(bad).rejects.toThrow('Eval has failed');
  await queue.step();
  await queue.step();
  await failed;
  expect(await good).toEqual([2]);
});
