import { expect, test } from 'vitest';
import type { EngineBudget } from '../../engines/engine.ts';
import type { Boot } from './boots.ts';
import { flagsKey, tunedBudget } from './tuned-flags.ts';

const budget = (flags: readonly string[]): EngineBudget => ({
  ...{ contextTokens: 4096, parallel: 8, threads: undefined, cores: 4, gpu: 'auto', memoryBytes: 1e9 },
  cards: { flags, devices: ['GPU-1'], sleeps: false, tensorParallel: 1, weightsGib: 1, order: 0 },
});

const planned = budget(['--max-model-len', '4096', '--gpu-memory-utilization', '0.92']);

const boot = (change: Partial<Boot> = {}): Boot => ({
  ...{ key: flagsKey(planned), seconds: 60, availableGib: 5, cacheTokens: 1, concurrency: 1 },
  ...{ suggestedBytes: 5_000_000_000, at: 1 },
  ...change,
});

const tuned = ['--max-model-len', '4096', '--kv-cache-memory-bytes', '5000000000'];

test('the cache that the engine suggested is given at the next start', () => {
  const next = tunedBudget(planned, boot(), undefined);
  expect(next.cards?.flags).toEqual(tuned);
  expect(flagsKey(next)).toBe(flagsKey(planned));
});

test('what runs stays as it is, tuned or not', () => {
  expect(tunedBudget(planned, boot(), planned)).toBe(planned);
  const running = tunedBudget(planned, boot(), undefined);
  expect(tunedBudget(planned, boot({ suggestedBytes: 1 }), running).cards?.flags).toEqual(tuned);
});

test('nothing is taken from a start with other flags, or where the bytes are planned', () => {
  expect(tunedBudget(planned, boot({ key: 'other' }), undefined)).toBe(planned);
  expect(tunedBudget(planned, boot({ suggestedBytes: null }), undefined)).toBe(planned);
  const shared = budget(['--kv-cache-memory-bytes', '1']);
  expect(tunedBudget(shared, boot({ key: flagsKey(shared) }), undefined)).toBe(shared);
});
