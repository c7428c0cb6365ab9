import { fp8CacheCapability } from '../../machine/gpus/vllm-support.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { freeGib, type PlanCard } from './card.ts';
import { type EnginePlan, planEngine, type Verdict, type Wishes } from './engine-plan.ts';

/** An engine and the cards it runs on, by their place in the list. */
export interface PlacedEngine {
  readonly plan: EnginePlan;
  readonly cards: readonly number[];
}

/** A context that an agent can work in; a plan with less is only made when nothing better is to be had. */
const workable = 32_768;

/** Formats that a card of this capability cannot compute with, not even unpacked. */
const needs: Readonly<Record<string, number>> = { nvfp4: 8, mxfp4: 8 };

/** Whether a build runs on a card at all; a card of unknown capability is given the benefit of the doubt. */
const runsOn = (build: PlanBuild, { capability }: PlanCard): boolean =>
  capability === null || capability >= Math.max(build.capability, needs[build.quantization] ?? 0);

/**
 * The builds to try on a card, best first. Where a card computes in fp8, the fp8 build stands for the whole one: half
 * the memory, and no loss that anybody has shown.
 */
export const buildsFor = (
  builds: readonly PlanBuild[],
  card: PlanCard,
  quantization: string | undefined,
): readonly PlanBuild[] => {
  if (quantization !== undefined) return builds.filter((build) => build.quantization === quantization);
  const suitable = builds.filter((build) => runsOn(build, card));
  const inFp8 = (card.capability ?? fp8CacheCapability) >= fp8CacheCapability;
  const hasFp8 = suitable.some((build) => build.quantization === 'fp8');
  return inFp8 && hasFp8 ? suitable.filter((build) => build.quantization !== 'bf16') : suitable;
};

/** Whether a model can be cut into so many equal parts: its heads must divide, its KV heads divide or be divided. */
const divides = ({ shape }: PlanBuild, parts: number): boolean => {
  const heads = shape.attentionHeads;
  const kv = shape.layers.flatMap((layer) => ('kvHeads' in layer ? [layer.kvHeads] : []));
  return (
    (heads === null || heads % parts === 0) && kv.every((count) => count % parts === 0 || parts % count === 0)
  );
};

const rank: Readonly<Record<Verdict, number>> = { fits: 2, tight: 1, no: 0 };

const better = (a: PlacedEngine, b: PlacedEngine): PlacedEngine => {
  const [ranked, other] = [rank[a.plan.verdict], rank[b.plan.verdict]];
  if (ranked !== other) return ranked > other ? a : b;
  if (ranked === 0) return a.plan.parts.weights <= b.plan.parts.weights ? a : b;
  return a.plan.contextTokens >= b.plan.contextTokens ? a : b;
};

/** The cards' places in the list, those with the most room first. */
export const byRoom = (cards: readonly PlanCard[]): readonly number[] =>
  cards.map((_, index) => index).sort((a, b) => roomOf(cards[b]) - roomOf(cards[a]));

/** Cards to run on: the one with the most room, then groups of 2, 4 and 8, bound by their smallest member. */
const groupsOf = (cards: readonly PlanCard[]): readonly (readonly number[])[] => {
  const places = byRoom(cards);
  return [1, 2, 4, 8].filter((size) => size <= cards.length).map((size) => places.slice(0, size).sort());
};

const roomOf = (card: PlanCard | undefined): number => (card ? freeGib(card) : 0);

const smallest = (cards: readonly PlanCard[], group: readonly number[]): PlanCard | undefined =>
  group
    .map((index) => cards[index])
    .filter((card) => card !== undefined)
    .sort((a, b) => roomOf(a) - roomOf(b))[0];

/** The whole window of the model, twice at once: more cards would bring nothing that is missed. */
const isAmple = ({ build, contextTokens, fullLengthAtOnce }: EnginePlan): boolean =>
  contextTokens >= (build.shape.contextTokens ?? 0) && fullLengthAtOnce >= 2;

/**
 * The best way to serve one model on these cards: the best build whose context one can work in, else the plan that
 * comes nearest. It takes as few cards as it can, or with `spread` as many as still bring it something. Undefined where
 * no build suits. Pure.
 */
export const chooseBuild = (
  builds: readonly PlanBuild[],
  cards: readonly PlanCard[],
  wishes: Wishes,
  quantization: string | undefined,
  spread = false,
): PlacedEngine | undefined => {
  const all: PlacedEngine[] = [];
  const [first] = cards;
  if (!first) return undefined;
  for (const build of buildsFor(builds, first, quantization)) {
    const target = wishes.contextTokens ?? Math.min(workable, build.shape.contextTokens ?? workable);
    const plans = groupsOf(cards).flatMap((group): readonly PlacedEngine[] => {
      const card = smallest(cards, group);
      if (!card || !divides(build, group.length)) return [];
      return [{ plan: planEngine(build, card, group.length, wishes), cards: group }];
    });
    const good = plans.filter(({ plan }) => plan.verdict === 'fits' && plan.contextTokens >= target);
    const taken = spread ? (good.find(({ plan }) => isAmple(plan)) ?? good.at(-1)) : good[0];
    if (taken) return taken;
    all.push(...plans);
  }
  return all.length === 0 ? undefined : all.reduce(better);
};
