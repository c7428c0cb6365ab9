import { expect, test } from 'vitest';
import { full, shape } from '../catalog/vllm/layers.ts';
import type { EngineOptions } from './options.ts';
import { estimateStart } from './start.ts';

const llama8 = shape({
  layers: [full(32, 8, 128)],
  hidden: 4096,
  intermediate: 14_336,
  vocabulary: 128_256,
  parameters: 8.03e9,
  contextTokens: 131_072,
});

const card = { totalGib: 23.58, nvlink: false, smallDefaults: false };

const start = (options: Partial<EngineOptions>, gib = 14.99) =>
  estimateStart({
    shape: llama8,
    weights: { gib, error: 0 },
    card,
    options: { vllm: 32, contextTokens: 8192, maxSequences: 8, ...options },
  });

test('the parts of a card add up to what the engine may take', () => {
  const { parts, pool } = start({});
  const sum = parts.weights + parts.activation + parts.runtime + parts.graphs + pool.gib;
  expect(sum).toBeCloseTo(parts.budget, 9);
  expect(pool.low).toBeLessThan(pool.gib);
  expect(pool.high).toBeGreaterThan(pool.gib);
});

test('it says why an engine would not start', () => {
  expect(start({}).refusal).toBeNull();
  expect(start({}, 30)).toMatchObject({ refusal: 'weights' });
  expect(start({}, 21.2)).toMatchObject({ refusal: 'no-cache' });
  const refused = start({ contextTokens: 131_072 });
  expect(refused.refusal).toBe('context');
  expect(start({ contextTokens: refused.largestContext }).refusal).toBeNull();
  expect(start({ contextTokens: refused.largestContext + 16 }).refusal).toBe('context');
});

test('what is assumed makes the estimate wider, towards more cache', () => {
  const known = (maxSequences: boolean) =>
    estimateStart({
      shape: llama8,
      weights: { gib: 14.99, error: 0 },
      card,
      options: { vllm: 19, contextTokens: 8192 },
      known: { version: true, maxSequences, batchedTokens: true },
    }).pool;
  const width = ({ low, high }: { low: number; high: number }) => high - low;
  expect(width(known(false))).toBeGreaterThan(width(known(true)));
  expect(known(false).high - known(false).gib).toBeGreaterThan(known(false).gib - known(false).low);
});
