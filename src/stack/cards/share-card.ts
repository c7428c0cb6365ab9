import type { PlanBuild } from '../../models/plan-build.ts';
import { freeGib, outsideGib, type PlanCard } from './card.ts';
import { buildsFor } from './choose-build.ts';
import { type EnginePlan, planEngine, type Wishes } from './engine-plan.ts';
import { cacheFor, fixedGib, withCache } from './shared-cache.ts';

/** A model that is to share a card, and what it is for. */
export interface Sharer {
  readonly builds: readonly PlanBuild[];
  /** It completes or embeds beside the main one: a short context is enough. */
  readonly aside: boolean;
  readonly wishes: Wishes;
}

/** Tokens that each must be able to hold, unless others are wished for. */
const leastMain = 16_384;
const leastAside = 8192;
/** Requests that a model beside the main one works on at once: one is typed, one still runs. */
const asideAtOnce = 2;

const leastOf = ({ builds, aside, wishes }: Sharer): number => {
  const least = wishes.contextTokens ?? (aside ? leastAside : leastMain);
  return Math.min(least, builds[0]?.shape.contextTokens ?? least);
};

/** All ways to take one build of each, best quality first: by how far down their lists the builds stand. */
const combinations = (lists: readonly (readonly PlanBuild[])[]): readonly (readonly PlanBuild[])[] => {
  const all = lists.reduce<readonly { builds: readonly PlanBuild[]; down: number }[]>(
    (found, list) =>
      found.flatMap(({ builds, down }) =>
        list.map((build, index) => ({ builds: [...builds, build], down: down + index })),
      ),
    [{ builds: [], down: 0 }],
  );
  return [...all].sort((a, b) => a.down - b.down).map(({ builds }) => builds);
};

const split = (
  card: PlanCard,
  sharers: readonly Sharer[],
  builds: readonly PlanBuild[],
): readonly EnginePlan[] | undefined => {
  const pairs = sharers.flatMap((sharer, index) => {
    const build = builds[index];
    return build ? [{ sharer, plan: planEngine(build, card, 1, sharer.wishes) }] : [];
  });
  const fixed = pairs.map(({ plan }) => fixedGib(plan));
  const doubt = Math.sqrt(fixed.reduce((sum, { error }) => sum + error ** 2, 0));
  const taken = fixed.reduce((sum, { gib }) => sum + gib, 0) + outsideGib * (pairs.length - 1);
  const left = freeGib(card) - taken - doubt;
  const needs = pairs.map(({ sharer, plan }) => {
    const one = cacheFor(plan, card, leastOf(sharer), sharer.wishes);
    return sharer.aside ? one * asideAtOnce : one;
  });
  const spare = left - needs.reduce((sum, need) => sum + need, 0);
  if (spare < 0) return undefined;
  // What is over goes to the models that hold conversations.
  const mains = pairs.filter(({ sharer }) => !sharer.aside).length || pairs.length;
  return pairs.map(({ sharer, plan }, index) => {
    const more = sharer.aside && mains < pairs.length ? 0 : spare / mains;
    return withCache(plan, card, (needs[index] ?? 0) + more, sharer.wishes);
  });
};

/**
 * Several models on one card, each with a cache of its own size in bytes: shares of the card would be wrong, since each
 * engine would count what the others hold. Undefined where no combination of builds fits. Pure.
 */
export const shareCard = (
  card: PlanCard,
  sharers: readonly Sharer[],
  quantization: string | undefined,
): readonly EnginePlan[] | undefined => {
  const lists = sharers.map(({ builds }) => {
    const suitable = buildsFor(builds, card, quantization);
    return suitable.length > 0 ? suitable : buildsFor(builds, card, undefined);
  });
  for (const builds of combinations(lists)) {
    const plans = split(card, sharers, builds);
    if (plans) return plans;
  }
  return undefined;
};
