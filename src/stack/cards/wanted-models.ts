import { readBuild } from '../../models/build-facts.ts';
import { findVllmModel } from '../../models/catalog/vllm/catalog.ts';
import type { VllmModel } from '../../models/catalog/vllm/entry.ts';
import { roleNamed, vllmFamily, vllmLadder } from '../../models/catalog/vllm/families.ts';
import { catalogBuilds, type PlanBuild } from '../../models/plan-build.ts';
import { parseReference } from '../../models/reference.ts';
import type { System } from '../../system/system.ts';
import type { PlanCard } from './card.ts';
import type { WantedModel } from './cards-plan.ts';
import type { Wishes } from './engine-plan.ts';
import { pickModels } from './pick-models.ts';

type Builds = readonly PlanBuild[];

/** With what a model's own files are asked. */
export interface Asking {
  readonly system: System;
  readonly signal: AbortSignal;
}

const general = (): readonly Builds[] => vllmLadder('general').map(catalogBuilds);

/** Models of the same kind as this one, best first. */
const othersOf = (builds: Builds): readonly Builds[] => {
  const role = builds[0]?.roles[0];
  return role === undefined ? general() : vllmLadder(role).map(catalogBuilds);
};

/** Models that are known to fail on a single card of this size are left to those who name them. */
const suiting = (models: readonly VllmModel[], cards: readonly PlanCard[]): readonly Builds[] =>
  models
    .filter(
      ({ singleCardFrom }) =>
        singleCardFrom === undefined ||
        cards.length > 1 ||
        cards.some(({ totalGib }) => totalGib >= singleCardFrom.gib),
    )
    .map(catalogBuilds);

const named = (word: string, cards: readonly PlanCard[]): WantedModel | undefined => {
  const family = vllmFamily(word);
  if (family)
    return { candidates: suiting(family, cards), why: `best of ${word} that fits`, others: general() };
  const role = roleNamed(word);
  if (role) {
    return {
      candidates: suiting(vllmLadder(role), cards),
      why: `best ${role === 'general' ? 'all-rounder' : role} that fits`,
      others: [],
    };
  }
  const model = findVllmModel(word);
  if (!model) return undefined;
  const builds = catalogBuilds(model);
  return { candidates: [builds], why: 'asked for', others: othersOf(builds) };
};

/** What a user's word means on NVIDIA cards: a role, a family, a name of the catalogue, a hub id, a path. */
const wantedModel = async (
  { system, signal }: Asking,
  word: string,
  cards: readonly PlanCard[],
): Promise<WantedModel> => {
  const known = named(word.trim(), cards);
  if (known) return known;
  const reference = parseReference(word, system.cwd);
  const build = await readBuild(system, reference, signal);
  const builds = build.model
    ? catalogBuilds(build.model).filter((one) => one.reference === build.reference)
    : [build];
  return { candidates: [builds], why: 'asked for', others: general() };
};

/** The models to plan for: those that were named, else what suits the cards best. Throws as parseReference and readBuild do. */
export const wantedModels = async (
  asking: Asking,
  words: readonly string[],
  cards: readonly PlanCard[],
  wishes: Wishes,
): Promise<readonly WantedModel[]> => {
  if (words.length === 0) {
    return pickModels(cards, wishes).map(({ model, why }) => ({
      candidates: [catalogBuilds(model)],
      why,
      others: [],
    }));
  }
  const wanted: WantedModel[] = [];
  for (const word of words) wanted.push(await wantedModel(asking, word, cards));
  return wanted;
};
