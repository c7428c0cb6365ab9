import { fp8CacheCapability } from '../../machine/gpus/vllm-support.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { cardOfSize, type PlanCard } from './card.ts';
import { buildsFor, chooseBuild, type PlacedEngine } from './choose-build.ts';
import { type EnginePlan, planEngine, type Wishes } from './engine-plan.ts';
import { smallestCard } from './smallest-card.ts';

/** Another way to what was wanted, with what it would give. */
export interface Alternative {
  readonly kind: 'quantization' | 'cache' | 'context' | 'sequences' | 'model' | 'cards' | 'card';
  /** In a line, with its figures. */
  readonly words: string;
  /** Tokens in one request that way. */
  readonly contextTokens: number;
  /** What to add to the command line; null where nothing that is typed brings it about. */
  readonly flags: string | null;
}

/** What alternatives are looked for: one engine that does not fit, or leaves less than is wanted. */
export interface Wanting {
  readonly placed: PlacedEngine;
  readonly builds: readonly PlanBuild[];
  /** Models of the same family or role, for when nothing of this one fits. */
  readonly others: readonly (readonly PlanBuild[])[];
  readonly cards: readonly PlanCard[];
  readonly wishes: Wishes;
}

const fits = ({ verdict }: EnginePlan): boolean => verdict === 'fits';

const tokens = (count: number): string => count.toLocaleString('en-US');

const result = ({ contextTokens, parts }: EnginePlan): string =>
  `${tokens(contextTokens)} tokens of context, ${parts.cache.toFixed(1)} GiB of cache`;

/** A change is worth its price where the context grows by so much. */
const worthIt = 1.1;

/** Whether a plan does what is wanted better than the one there is. */
const helps = (candidate: EnginePlan, { placed: { plan } }: Wanting): boolean =>
  fits(candidate) && (!fits(plan) || candidate.contextTokens >= worthIt * plan.contextTokens);

const otherBuilds = (wanting: Wanting, card: PlanCard): readonly Alternative[] => {
  const { placed, builds, wishes } = wanting;
  const { plan } = placed;
  return buildsFor(builds, card, undefined)
    .filter((build) => build.weights.gib < plan.build.weights.gib)
    .map((build) => planEngine(build, card, plan.tensorParallel, wishes))
    .filter((candidate) => helps(candidate, wanting))
    .map((candidate) => ({
      kind: 'quantization' as const,
      words: `${candidate.build.quantization} weights (${candidate.build.weights.gib.toFixed(1)} GiB, ${candidate.build.reference}): ${result(candidate)}`,
      contextTokens: candidate.contextTokens,
      flags: `--quant ${candidate.build.quantization}`,
    }));
};

/** The cache format that halves it on this card: fp8 where every backend takes it, else 8-bit integers per token. */
const smallerCache = ({ capability }: PlanCard): 'fp8' | 'int8_per_token_head' =>
  capability === null || capability >= fp8CacheCapability ? 'fp8' : 'int8_per_token_head';

const otherCache = (wanting: Wanting, card: PlanCard): readonly Alternative[] => {
  const { placed, wishes } = wanting;
  const { plan } = placed;
  if (wishes.cacheFormat !== 'auto' || plan.build.shape.cacheFormat !== null) return [];
  const format = smallerCache(card);
  const candidate = planEngine(plan.build, card, plan.tensorParallel, { ...wishes, cacheFormat: format });
  if (!helps(candidate, wanting)) return [];
  const words = `a cache in 8 bits (${format}): ${result(candidate)}`;
  return [{ kind: 'cache', words, contextTokens: candidate.contextTokens, flags: `--kv-cache ${format}` }];
};

const shorter = (wanting: Wanting, card: PlanCard): readonly Alternative[] => {
  const { placed, wishes } = wanting;
  if (wishes.contextTokens === undefined) return [];
  const candidate = planEngine(placed.plan.build, card, placed.plan.tensorParallel, {
    ...wishes,
    contextTokens: undefined,
  });
  if (!fits(candidate) || candidate.contextTokens >= wishes.contextTokens) return [];
  const words = `a shorter context: ${tokens(candidate.contextTokens)} tokens fit`;
  const flags = `--context ${candidate.contextTokens}`;
  return [{ kind: 'context', words, contextTokens: candidate.contextTokens, flags }];
};

/** Few requests at once: the sampler's share of the memory falls with them. */
const few = 2;

const fewer = (wanting: Wanting, card: PlanCard): readonly Alternative[] => {
  const { placed, wishes } = wanting;
  if (wishes.concurrency <= few) return [];
  const candidate = planEngine(placed.plan.build, card, placed.plan.tensorParallel, {
    ...wishes,
    concurrency: few,
  });
  if (!helps(candidate, wanting)) return [];
  const words = `${few} requests at once instead of ${wishes.concurrency}: ${result(candidate)}`;
  return [
    { kind: 'sequences', words, contextTokens: candidate.contextTokens, flags: `--concurrency ${few}` },
  ];
};

const moreCards = (wanting: Wanting, card: PlanCard): readonly Alternative[] => {
  const { placed, builds, wishes } = wanting;
  const count = placed.plan.tensorParallel * 2;
  const pair = Array.from({ length: count }, () => card);
  const found = chooseBuild(builds, pair, wishes, undefined);
  if (!found || found.cards.length < count || !helps(found.plan, wanting)) return [];
  const words = `${count} such cards together (tensor parallel, ${found.plan.build.quantization}): ${result(found.plan)}`;
  const flags = `--gpus "${count}x ${card.name}"`;
  return [{ kind: 'cards', words, contextTokens: found.plan.contextTokens, flags }];
};

const otherModels = (wanting: Wanting): readonly Alternative[] => {
  const { others, cards, wishes } = wanting;
  for (const builds of others) {
    const found = chooseBuild(builds, cards, wishes, undefined);
    if (!found || !helps(found.plan, wanting)) continue;
    const { name } = found.plan.build;
    const words = `${name} (${found.plan.build.quantization}, ${found.plan.build.weights.gib.toFixed(1)} GiB): ${result(found.plan)}`;
    return [{ kind: 'model', words, contextTokens: found.plan.contextTokens, flags: null }];
  }
  return [];
};

/** For a model that does not fit at all: the smallest card that would do. */
const largerCard = ({ placed: { plan }, builds, cards, wishes }: Wanting): readonly Alternative[] => {
  const size = fits(plan) ? undefined : smallestCard(builds, wishes);
  if (size === undefined || size <= (cards[0]?.totalGib ?? 0)) return [];
  const found = chooseBuild(builds, [cardOfSize(size)], wishes, undefined);
  if (!found) return [];
  const words = `a card of ${size} GB (${found.plan.build.quantization}): ${result(found.plan)}`;
  return [{ kind: 'card', words, contextTokens: found.plan.contextTokens, flags: `--vram ${size}` }];
};

/** What else would do, or do better; cheap changes first. Pure. */
export const alternativesTo = (wanting: Wanting): readonly Alternative[] => {
  const card = wanting.cards[wanting.placed.cards[0] ?? 0];
  if (!card) return [];
  return [
    ...otherBuilds(wanting, card),
    ...otherCache(wanting, card),
    ...shorter(wanting, card),
    ...fewer(wanting, card),
    ...otherModels(wanting),
    ...moreCards(wanting, card),
    ...largerCard(wanting),
  ];
};
