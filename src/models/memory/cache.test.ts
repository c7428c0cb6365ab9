import { expect, test } from 'vitest';
import { deltaNet, full, latent, shape, sliding } from '../catalog/vllm/layers.ts';
import type { LayerGroup, ModelShape } from '../shape/shape.ts';
import { cacheCapacity, cacheNeed, largestContext } from './cache-capacity.ts';
import { cacheLayout } from './cache-layout.ts';
import type { CardMemory, EngineOptions } from './options.ts';
import { settleOptions } from './settle-options.ts';

const gib = 1024 ** 3;
const card: CardMemory = { totalGib: 79.19, nvlink: true, smallDefaults: false };

const model = (layers: readonly LayerGroup[], more: Partial<ModelShape> = {}): ModelShape =>
  shape({ layers, hidden: 4096, vocabulary: 128_256, parameters: 8e9, contextTokens: 262_144, ...more });

const capacity = (layers: readonly LayerGroup[], poolGib: number, options: Partial<EngineOptions>) => {
  const settled = settleOptions({ vllm: 19, contextTokens: 8192, ...options }, card);
  const layout = cacheLayout(model(layers), settled);
  return cacheCapacity(layout, poolGib * gib, settled.contextTokens, settled.vllm);
};

// Each row is the log of a real start: what was left for the cache, and what vLLM said of it.
test.each<[string, readonly LayerGroup[], number, Partial<EngineOptions>, number, number]>([
  ['plain', [full(32, 8, 128)], 58.11, { maxSequences: 1024 }, 476_016, 58.11],
  ['plain, cache in fp8', [full(32, 8, 128)], 58.11, { cacheFormat: 'fp8' }, 952_032, 116.21],
  ['plain in float32', [full(32, 8, 128)], 42.8, { dtypeBytes: 4 }, 175_296, 21.4],
  ['on two cards', [full(28, 4, 128)], 63.84, { tensorParallel: 2 }, 2_390_592, 291.82],
  ['latent, whole on each card', [latent(27, 512, 64)], 54.78, { tensorParallel: 2 }, 1_890_896, 230.82],
  ['windows', [full(8, 8, 256), sliding(40, 8, 256, 1024)], 47.72, {}, 130_304, 15.88],
  [
    'windows, padded',
    [full(4, 1, 256), sliding(22, 1, 256, 512)],
    25.39,
    { contextTokens: 2048 },
    950_864,
    461.2,
  ],
  [
    'linear attention on four cards',
    [full(16, 4, 256), deltaNet(48, 16, 48)],
    7.47,
    { tensorParallel: 4, contextTokens: 32_768, prefixCaching: false },
    122_304,
    13.87,
  ],
])('the cache of a model: %s', (_name, layers, poolGib, options, tokens, concurrency) => {
  const found = capacity(layers, poolGib, options);
  expect(Math.abs(found.loggedTokens / tokens - 1)).toBeLessThan(0.002);
  expect(Math.abs(found.concurrency - concurrency)).toBeLessThan(0.03 + concurrency * 0.0005);
});

test('from 0.21 the token line counts requests of full length', () => {
  const layers = [full(16, 4, 256), deltaNet(48, 16, 48)];
  const options = { vllm: 27, contextTokens: 4096, batchedTokens: 4096, prefixCaching: true };
  expect(capacity(layers, 41.03, options)).toMatchObject({ loggedTokens: 292_522, concurrency: 857 / 12 });
});

test('a drafter adds a layer and lengthens the state; several tokens at once take more blocks', () => {
  const layers = [full(10, 2, 256), deltaNet(30, 16, 32)];
  const speculation = { tokens: 3, draftLayers: 1 };
  const settled = settleOptions(
    { vllm: 25, contextTokens: 262_144, prefixCaching: false, speculation },
    card,
  );
  const layout = cacheLayout(model(layers), settled);
  expect(layout.blockTokens).toBe(1072);
  expect(layout.blocksFor(262_144)).toBe(Math.ceil(262_144 / 1072) + 3 * 4);
  expect(cacheCapacity(layout, 74.22 * gib, 262_144, 25).concurrency).toBeCloseTo(12.84, 1);
});

test('kinds with narrower pages get more tokens in a block', () => {
  const settled = settleOptions({ vllm: 19, contextTokens: 16_384, batchedTokens: 2048 }, card);
  const layout = cacheLayout(model([full(4, 2, 512), sliding(20, 2, 256, 512)]), settled);
  // Gemma 4 E4B: logged 47.14 requests of 16,384 tokens in 16.45 GiB.
  expect(cacheCapacity(layout, 16.45 * gib, 16_384, 19).concurrency).toBeCloseTo(47.14, 1);
});

test('what a checkpoint wants of its cache counts where the flag says nothing', () => {
  const layout = (cacheFormat: string | null, flag: string) =>
    cacheLayout(
      model([full(32, 8, 128)], { cacheFormat }),
      settleOptions({ vllm: 32, contextTokens: 8192, cacheFormat: flag }, card),
    ).blockBytes;
  expect(layout('fp8', 'auto')).toBe(layout(null, 'fp8'));
  expect(layout('fp8', 'bfloat16')).toBe(2 * layout('fp8', 'auto'));
  expect(layout(null, 'int8_per_token_head')).toBe(16 * 32 * 8 * (256 + 8));
  expect(layout(null, 'fp8 (from block size)')).toBe(layout(null, 'fp8'));
});

test('more cards than KV heads keep each head more than once', () => {
  const bytes = (tensorParallel: number) =>
    cacheLayout(
      model([full(94, 4, 128)]),
      settleOptions({ vllm: 10, contextTokens: 8192, tensorParallel }, card),
    ).blockBytes;
  expect(bytes(8)).toBe(bytes(4));
  expect(bytes(4)).toBe(bytes(1) / 4);
});

test('the largest context is the one of which exactly one request fits', () => {
  const settled = settleOptions({ vllm: 32, contextTokens: 8192 }, card);
  for (const layers of [[full(32, 8, 128)], [full(5, 2, 512), sliding(25, 8, 256, 1024)]]) {
    const layout = cacheLayout(model(layers), settled);
    const most = largestContext(layout, 1.3 * gib, 1_000_000);
    expect(cacheNeed(layout, most)).toBeLessThanOrEqual(1.3 * gib);
    expect(cacheNeed(layout, most + layout.blockTokens)).toBeGreaterThan(1.3 * gib);
  }
  expect(largestContext(cacheLayout(model([full(32, 8, 128)]), settled), 1, 4096)).toBe(0);
});
