import { estimateStart, type StartEstimate } from '../../models/memory/start.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { memoryOf, type PlanCard } from './card.ts';
import type { Wishes } from './engine-plan.ts';

/** A large card profits from large batches; small ones need the memory. */
const batchFor = (card: PlanCard, build: PlanBuild): number => {
  if (card.totalGib >= 70) return 8192;
  return build.shape.multimodal ? 4096 : 2048;
};

/** To so many digits, for figures that are shown. */
export const round = (value: number, digits: number): number =>
  Math.round(value * 10 ** digits) / 10 ** digits;

/** Nobody asks for a context of an odd number of tokens. */
export const even = (tokens: number): number => (tokens > 2048 ? Math.floor(tokens / 1024) * 1024 : tokens);

/** What the memory arithmetic says of one engine on such cards. */
export const estimateEngine = (
  build: PlanBuild,
  card: PlanCard,
  tensorParallel: number,
  utilization: number,
  contextTokens: number,
  { concurrency, cacheFormat, vllm }: Wishes,
): StartEstimate =>
  estimateStart({
    shape: build.shape,
    weights: {
      gib: build.weights.gib / tensorParallel,
      error: build.weights.error / tensorParallel,
    },
    card: memoryOf(card),
    options: {
      vllm,
      tensorParallel,
      utilization,
      contextTokens,
      maxSequences: concurrency,
      batchedTokens: batchFor(card, build),
      cacheFormat,
    },
  });
