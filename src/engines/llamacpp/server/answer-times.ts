import type { GenerationResult } from '../runtime/runtime.ts';
import { Histogram } from './histogram.ts';

/** Upper ends of vLLM's buckets for times to the first token, s (vllm/v1/metrics/loggers.py). */
const firstTokenBounds: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];

/** For times between tokens, s. */
const perTokenBounds: readonly number[] = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];

/** How long answers took. */
export class AnswerTimes {
  readonly firstToken = new Histogram(firstTokenBounds);
  readonly perToken = new Histogram(perTokenBounds);

  observe({ completionTokens, firstTokenMs, decodeMs }: GenerationResult): void {
    if (completionTokens === 0) return;
    this.firstToken.observe(firstTokenMs / 1000);
    if (completionTokens > 1) this.perToken.observe(decodeMs / 1000 / (completionTokens - 1));
  }
}
