import { expect, test } from 'vitest';
import type { LlamaModel } from './library.ts';
import { canGenerate, embedsInOneBatch, evaluationStyle, largestPiece } from './model-kind.ts';

const model = (architecture: string, own: unknown, hasDecoder = true): LlamaModel =>
  ({
    fileInfo: { metadata: { general: { architecture }, [architecture]: own } },
    fileInsights: { hasDecoder },
  }) as unknown as LlamaModel;

test.each([
  ['a chat model', model('llama', {}), true, false],
  [
    'one that reads in both directions',
    model('bert', { attention: { causal: false }, pooling_type: 1 }),
    false,
    true,
  ],
  ['an encoder alone', model('t5encoder', {}, false), false, true],
  ['one whose embedding is its last token', model('qwen3', { pooling_type: 3 }), true, false],
  ['one whose embedding is the mean of all', model('llama', { pooling_type: 1 }), true, true],
  ['one that says nothing of itself', model('llama', undefined), true, false],
])('%s', (_name, given, generates, inOneBatch) => {
  expect(canGenerate(given)).toBe(generates);
  expect(embedsInOneBatch(given)).toBe(inOneBatch);
});

test('on a processor the beginning of a prompt is evaluated in small pieces', () => {
  const style = evaluationStyle({ gpu: false });
  expect(largestPiece(0, style)).toBe(63);
  expect(largestPiece(511, style)).toBe(63);
  expect(largestPiece(512, style)).toBe(128);
  expect(largestPiece(0, evaluationStyle({ gpu: 'cuda' }))).toBe(512);
});
