import type { VllmModel } from '../../models/catalog/vllm/entry.ts';
import { vllmLadder } from '../../models/catalog/vllm/families.ts';
import { catalogBuilds } from '../../models/plan-build.ts';
import type { PlanCard } from './card.ts';
import { chooseBuild, type PlacedEngine } from './choose-build.ts';
import type { Wishes } from './engine-plan.ts';

/** A model that was picked, with the reason. */
export interface Pick {
  readonly model: VllmModel;
  readonly why: string;
}

/** A context that an agent can work in; completions and embeddings do with less. */
const workable = 32_768;
const workableAside = 8192;

const targetOf = ({ roles, shape }: VllmModel, wishes: Wishes): number => {
  const aside = roles[0] === 'autocomplete' || roles[0] === 'embedding';
  const least = wishes.contextTokens ?? (aside ? workableAside : workable);
  return Math.min(least, shape.value.contextTokens ?? least);
};

const failsHere = (
  { singleCardFrom }: VllmModel,
  placed: PlacedEngine,
  cards: readonly PlanCard[],
): boolean => {
  const card = cards[placed.cards[0] ?? 0];
  return (
    singleCardFrom !== undefined &&
    placed.cards.length === 1 &&
    card !== undefined &&
    card.totalGib < singleCardFrom.gib
  );
};

/** The first of a ladder that fits with a context that one can work in, or the whole of its own. */
export const firstThatFits = (
  models: readonly VllmModel[],
  cards: readonly PlanCard[],
  wishes: Wishes,
): { readonly model: VllmModel; readonly placed: PlacedEngine } | undefined => {
  for (const model of models) {
    if (model.restricted) continue;
    const placed = chooseBuild(catalogBuilds(model), cards, wishes, undefined);
    if (placed?.plan.verdict !== 'fits' || failsHere(model, placed, cards)) continue;
    if (placed.plan.contextTokens >= targetOf(model, wishes)) return { model, placed };
  }
  return undefined;
};

const sizeWords = (cards: readonly PlanCard[]): string => {
  const [first] = cards;
  const each = `${first?.totalGib.toFixed(1)} GiB`;
  return cards.length === 1 ? each : `${cards.length} cards of ${each}`;
};

/**
 * What is served when nothing was asked: one model that codes and talks, since two would halve each other's cache; on
 * several cards a second one where the best needs only one. Empty where nothing fits. Pure.
 */
export const pickModels = (cards: readonly PlanCard[], wishes: Wishes): readonly Pick[] => {
  const coder = firstThatFits(vllmLadder('coder'), cards, wishes);
  if (!coder) return [];
  const main = { model: coder.model, why: `best coder that fits ${sizeWords(cards)}; it serves all roles` };
  const rest = cards.filter((_, index) => !coder.placed.cards.includes(index));
  const general = rest.length > 0 ? firstThatFits(vllmLadder('general'), rest, wishes) : undefined;
  if (!general || general.model === coder.model) return [main];
  return [
    { model: coder.model, why: `best coder that fits ${sizeWords(cards)}` },
    { model: general.model, why: `best all-rounder that fits ${sizeWords(rest)} beside it` },
  ];
};
