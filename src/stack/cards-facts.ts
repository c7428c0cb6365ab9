import type { Settings } from '../config/schema.ts';
import { testedVllm } from '../machine/gpus/vllm-support.ts';
import type { MachineReport } from '../machine/report.ts';
import type { Applied } from './applied.ts';
import type { PlanCard } from './cards/card.ts';
import { wishesOf } from './cards/cards-plan.ts';
import { pickModels } from './cards/pick-models.ts';
import { usableCards } from './cards/usable-cards.ts';
import { wantedModels } from './cards/wanted-models.ts';
import { type CardsFacts, cardsRequest, hubReference } from './cards-servings.ts';
import { askedWords, type EngineOffer } from './choose-engine.ts';
import type { FactsOptions } from './facts.ts';
import type { Launcher } from './launcher.ts';

/** What vLLM would serve on cards, and which of it is on this disk. */
export interface GatheredCards extends CardsFacts {
  readonly present: ReadonlySet<string>;
}

const wishes = (settings: Settings, report: MachineReport) =>
  wishesOf(cardsRequest({ cards: [], wanted: [] }, settings, report));

/** Why vLLM has nothing to do on the cards of this machine; undefined: it has. */
const nothingToDo = (
  { cards, notes }: { readonly cards: readonly PlanCard[]; readonly notes: readonly string[] },
  report: MachineReport,
  settings: Settings,
): string | undefined => {
  if (cards.length === 0) return notes.join(' ').replace(/\.$/, '') || 'there is no NVIDIA card';
  if (askedWords(settings).length > 0 || pickModels(cards, wishes(settings, report)).length > 0) {
    return undefined;
  }
  return 'no model that vLLM serves fits the memory of its card';
};

/** The engines as they are on offer here: one that needs a card for its models is none where that has no room. */
export const offersFor = (
  launchers: readonly Launcher[],
  report: MachineReport,
  settings: Settings,
): readonly EngineOffer[] => {
  const why = nothingToDo(usableCards(report), report, settings);
  if (why === undefined) return launchers;
  return launchers.map((one) => {
    if (one.name !== 'vllm-compose') return one;
    const probe: EngineOffer['probe'] = (machine) => {
      const own = one.probe(machine);
      return own.usable ? { usable: false, why } : own;
    };
    return { ...one, probe };
  });
};

/** What makes a plan for cards: the next one that is made of the same may stay as it is. */
const cardsKey = (
  words: readonly string[],
  cards: readonly PlanCard[],
  { context, parallel }: Settings,
): string =>
  JSON.stringify([
    words,
    cards.map(({ device, totalGib }) => [device, totalGib]),
    context,
    parallel,
    testedVllm,
  ]);

/** What vLLM would serve on this machine's cards. Undefined where it has none: then its CPU build is meant. */
export const gatherCards = async (
  { system, settings, signal }: FactsOptions,
  report: MachineReport,
  previous: Applied | undefined,
  isHere: (reference: string) => Promise<boolean>,
): Promise<GatheredCards | undefined> => {
  const { cards, notes } = usableCards(report);
  if (cards.length === 0) return undefined;
  const words = askedWords(settings);
  const key = cardsKey(words, cards, settings);
  const kept = previous?.plan.cardsFor === key ? (previous.plan.cards ?? undefined) : undefined;
  const wanted = await wantedModels({ system, signal }, words, cards, wishes(settings, report));
  const builds = [
    ...(kept?.engines.map(({ plan }) => plan.build) ?? []),
    ...wanted.flatMap(({ candidates }) => candidates.flat()),
  ];
  const references = [...new Set(builds.map(({ reference }) => hubReference(reference)))];
  const here = await Promise.all(references.map(isHere));
  const present = new Set(references.filter((_reference, index) => here[index]));
  return { cards, wanted, notes, key, kept, present };
};
