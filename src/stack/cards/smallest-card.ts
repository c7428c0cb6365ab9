import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import { minorOf } from '../../models/memory/version.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { cardOfSize } from './card.ts';
import { chooseBuild } from './choose-build.ts';
import type { Wishes } from './engine-plan.ts';

/** Sizes of cards that there are, GB. */
const cardSizes: readonly number[] = [6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 80, 96];

/** What is planned for where a user has said nothing. */
export const plannedWishes: Wishes = {
  contextTokens: undefined,
  concurrency: 8,
  cacheFormat: 'auto',
  vllm: minorOf(testedVllm) ?? 32,
};

/** The smallest card, GB, that serves a model with a context one can work in; undefined: none of those there are. Pure. */
export const smallestCard = (
  builds: readonly PlanBuild[],
  wishes: Wishes = plannedWishes,
): number | undefined =>
  cardSizes.find((size) => {
    const placed = chooseBuild(builds, [cardOfSize(size)], wishes, undefined);
    const most = builds[0]?.shape.contextTokens ?? 0;
    return (
      placed?.plan.verdict === 'fits' &&
      placed.plan.contextTokens >= Math.min(wishes.contextTokens ?? 16_384, most)
    );
  });
