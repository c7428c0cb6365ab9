import { expect, test } from 'vitest';
import { full, shape } from '../catalog/vllm/layers.ts';
import type { ModelShape } from '../shape/shape.ts';
import { activation, stageActivation } from './activation.ts';
import { capturedSizes, countedGraphs, graphEstimate } from './graphs.ts';
import type { CardMemory, EngineOptions } from './options.ts';
import { settleOptions } from './settle-options.ts';
import { minorOf } from './version.ts';
import { bytesPerWeight, estimateWeights } from './weights.ts';

const h100: CardMemory = { totalGib: 79.19, nvlink: true, smallDefaults: false };

const llama8 = shape({
  layers: [full(32, 8, 128)],
  hidden: 4096,
  intermediate: 14_336,
  vocabulary: 128_256,
  parameters: 8.03e9,
  contextTokens: 131_072,
});

const mixture = (perToken: number, intermediate: number, more: Partial<ModelShape>): ModelShape => ({
  ...llama8,
  intermediate: null,
  experts: { count: 64, perToken, intermediate },
  ...more,
});

const peak = (model: ModelShape, options: Partial<EngineOptions>) =>
  activation(model, settleOptions({ vllm: 19, contextTokens: 8192, ...options }, h100)).peak;

// Logged peaks of the profile run, GiB, on an H100 with its defaults: 1024 sequences, 8192 tokens.
test.each<[string, ModelShape, Partial<EngineOptions>, number]>([
  ['Llama 8B', llama8, {}, 1.89],
  ['Llama 8B in float32', llama8, { dtypeBytes: 4 }, 2.21],
  ['Llama 70B on two cards', { ...llama8, hidden: 8192, intermediate: 28_672 }, { tensorParallel: 2 }, 1.96],
  [
    'Qwen3 32B, vLLM 0.11',
    { ...llama8, hidden: 5120, intermediate: 25_600, vocabulary: 151_936 },
    { vllm: 11 },
    5.64,
  ],
  ['Qwen3 30B-A3B', mixture(8, 768, { hidden: 2048, vocabulary: 151_936 }), {}, 2.68],
  ['Mixtral on two cards', mixture(2, 14_336, { vocabulary: 32_000 }), { tensorParallel: 2 }, 1.21],
  ['Granite 8B, whose pass is the larger', { ...llama8, intermediate: 12_800, vocabulary: 49_155 }, {}, 0.85],
])('the peak of the profile run: %s', (_name, model, options, logged) => {
  expect(Math.abs(peak(model, options) - logged)).toBeLessThan(0.03);
});

test('before V1 a whole prompt goes through at once', () => {
  const card = { totalGib: 23.58, nvlink: false, smallDefaults: false };
  const forward = (contextTokens: number) =>
    activation(llama8, settleOptions({ vllm: 6, contextTokens }, card)).forward;
  expect(forward(20_000)).toBeCloseTo(2.06, 2);
  expect(forward(29_000)).toBeCloseTo(2.99, 2);
  expect(forward(35_000)).toBeLessThan(0.06);
});

test('a stage that samples no token needs less', () => {
  const settled = settleOptions({ vllm: 19, contextTokens: 8192, pipelineParallel: 2 }, h100);
  expect(stageActivation(llama8, settled)).toBeCloseTo(1.05, 1);
});

test('fewer sequences make the peak small', () => {
  expect(peak(llama8, { vllm: 32, maxSequences: 8, batchedTokens: 2048 })).toBeLessThan(0.35);
});

test.each([
  ['0.19.0', 19],
  ['v0.18.1rc1.dev147+g290809456', 18],
  ['0.13.0+faa43dbf.nv26.01', 13],
  ['>=0.21 (log says so)', 21],
  ['0.6.3.post1', 6],
  [null, undefined],
  ['main', undefined],
])('the version %s', (text, minor) => expect(minorOf(text)).toBe(minor));

test.each([
  ['H100', h100, 11, 1024, 8192],
  ['A100 80GB', { ...h100, smallDefaults: true }, 26, 256, 2048],
  ['RTX 3090', { ...h100, totalGib: 23.58 }, 26, 256, 2048],
  ['H200', { ...h100, totalGib: 139.8 }, 11, 1024, 8192],
  ['B200', { ...h100, totalGib: 178.4 }, 32, 1024, 16_384],
  ['H100 before V1', h100, 7, 256, 8192],
])('defaults on %s', (_name, card, vllm, maxSequences, batchedTokens) => {
  expect(settleOptions({ vllm, contextTokens: 8192 }, card)).toMatchObject({ maxSequences, batchedTokens });
});

test('graphs: the sizes vLLM captures, and when they count', () => {
  expect([1024, 256, 32, 8, 1].map(capturedSizes)).toEqual([51, 51, 11, 5, 2]);
  const settled = (vllm: number, eager = false) =>
    settleOptions({ vllm, contextTokens: 8192, maxSequences: 16, eager }, h100);
  expect(countedGraphs(llama8, settled(20))).toBe(0);
  expect(countedGraphs(llama8, settled(21))).toBe(graphEstimate(llama8, settled(21)));
  expect(graphEstimate(llama8, settled(32, true))).toBe(0);
});

// Logged weights, GiB.
test.each([
  ['bf16', undefined, 1, 14.99],
  ['fp8', 'fp8', 1, 8.49],
  ['4 bits', 'compressed-tensors w4a16', 1, 5.38],
])('weights from the number of parameters: %s', (_name, words, ranks, logged) => {
  const estimate = estimateWeights(llama8, bytesPerWeight(words), ranks);
  expect(Math.abs((estimate?.gib ?? 0) / logged - 1)).toBeLessThan(0.02);
});

test('weights of unknown size are not made up', () => {
  expect(estimateWeights({ ...llama8, parameters: null }, undefined, 1)).toBeUndefined();
  expect(bytesPerWeight('RedHatAI/Qwen3.6-35B-A3B-NVFP4', null)).toBe(0.5625);
  expect(bytesPerWeight(null, 'Qwen/Qwen3-8B')).toBeUndefined();
});
