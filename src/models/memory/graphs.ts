import { layerCount, type ModelShape } from '../shape/shape.ts';
import type { SettledOptions } from './options.ts';
import { has } from './version.ts';

/** The largest batch that vLLM captures unasked, and the sizes below it: 1, 2, 4, every 8 to 256, every 16 above. */
const mostCaptured = 512;

/** How many batch sizes are captured for so many sequences at once. */
export const capturedSizes = (maxSequences: number): number => {
  const most = Math.min(2 * maxSequences, mostCaptured);
  const small = [1, 2, 4].filter((size) => size <= most).length;
  return small + Math.floor(Math.min(most, 256) / 8) + Math.floor(Math.max(0, most - 256) / 16);
};

/** What vLLM estimates for all sizes of the default list, GiB: by layer, and more with experts. Error some 0.4. */
const allSizes = capturedSizes(mostCaptured);
const atLeast = 0.1;
const perLayer = 0.02;
const forExperts = 0.35;

/** vLLM's own estimate of its CUDA graphs, GiB; it takes so much off before it sizes the cache. */
export const graphEstimate = (shape: ModelShape, { eager, maxSequences }: SettledOptions): number => {
  if (eager) return 0;
  const whole = atLeast + perLayer * layerCount(shape) + (shape.experts === null ? 0 : forExperts);
  return (whole * capturedSizes(maxSequences)) / allSizes;
};

/** The part of it that this version counts; before 0.21 graphs come on top, after the cache is sized. */
export const countedGraphs = (shape: ModelShape, options: SettledOptions): number =>
  has(options.vllm, 'graphsCounted') ? graphEstimate(shape, options) : 0;
