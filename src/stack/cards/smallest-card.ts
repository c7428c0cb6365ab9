import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import { minorOf } from '../../models/memory/version.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { cardOfSize } from './card.ts';
import { chooseBuild } from './choose-build.ts';

/** Sizes of cards that there are, GB. */
export const cardSizes: readonly number[] = [6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 80, 96];

/** The smallest card, GB, that serves a model with a context one can work in; undefined: none of those there are. Pure. */
export const smallestCard = (builds: readonly PlanBuild[]): number | undefined =>
  cardSizes.find((size) => {
    const wishes = {
      contextTokens: undefined,
      concurrency: 8,
      cacheFormat: 'auto',
      vllm: minorOf(testedVllm) ?? 32,
    };
    const placed = chooseBuild(builds, [cardOfSize(size)], wishes, undefined);
    const most = builds[0]?.shape.contextTokens ?? 0;
    return placed?.plan.verdict === 'fits' && placed.plan.contextTokens >= Math.min(16_384, most);
  });
