import type { PlanBuild } from '../../models/plan-build.ts';
import {
  type CardsPlan,
  type CardsRequest,
  type PlannedEngine,
  type WantedModel,
  wishesOf,
} from './cards-plan.ts';
import { byRoom, chooseBuild } from './choose-build.ts';
import { type Sharer, shareCard } from './share-card.ts';
import { takeTurns } from './swap.ts';
import { troubleNotes } from './trouble-notes.ts';

/** A wanted model and the candidate that was chosen for it. */
export type Chosen = { readonly wanted: WantedModel; readonly builds: readonly PlanBuild[] };

const isAside = (builds: readonly PlanBuild[]): boolean => {
  const role = builds[0]?.roles[0];
  return role === 'autocomplete' || role === 'embedding';
};

/** Each model with cards of its own: the largest model takes its pick first. Undefined where one finds no place. */
export const planApart = (
  request: CardsRequest,
  chosen: readonly Chosen[],
): readonly PlannedEngine[] | undefined => {
  const wishes = wishesOf(request);
  const bySize = [...chosen].sort(
    (a, b) => (b.builds[0]?.weights.gib ?? 0) - (a.builds[0]?.weights.gib ?? 0),
  );
  const taken = new Set<number>();
  const engines: PlannedEngine[] = [];
  for (const [place, { wanted, builds }] of bySize.entries()) {
    const free = byRoom(request.cards).filter((index) => !taken.has(index));
    // Those that come after must find a card as well.
    const most = free.length - (bySize.length - place - 1);
    const mine = free.slice(0, Math.max(0, most));
    const cards = mine.flatMap((index) => request.cards[index] ?? []);
    const placed = chooseBuild(builds, cards, wishes, request.quantization);
    if (placed?.plan.verdict !== 'fits') return undefined;
    const own = placed.cards.flatMap((index) => mine[index] ?? []);
    for (const index of own) taken.add(index);
    engines.push({ plan: placed.plan, cards: own, why: wanted.why, alternatives: [] });
  }
  return engines;
};

/** On one card: caches cut by bytes, else in turns. */
export const planTogether = (request: CardsRequest, chosen: readonly Chosen[]): CardsPlan => {
  const { cards, vllm, quantization, hostGib } = request;
  const wishes = wishesOf(request);
  const [index = 0] = byRoom(cards);
  const card = cards[index];
  const base = { vllm, cards, swap: null };
  if (!card) return { ...base, arrangement: 'none', engines: [], notes: [] };
  // Beside a main model any smaller one of its kind will do, so that both fit.
  const sharers: readonly Sharer[] = chosen.map(({ wanted, builds }) => {
    const aside = isAside(builds);
    const further = aside ? wanted.candidates.slice(wanted.candidates.indexOf(builds)).flat() : builds;
    // A wish for a long context is meant for the one that talks.
    return { builds: further, aside, wishes: aside ? { ...wishes, contextTokens: undefined } : wishes };
  });
  const whyOf = (place: number): string => chosen[place]?.wanted.why ?? '';
  const shared = shareCard(card, sharers, quantization);
  if (shared) {
    const engines = shared
      .map((plan, place) => ({ plan, cards: [index], why: whyOf(place), alternatives: [] }))
      // The largest loads first: while it loads it needs more than afterwards.
      .sort((a, b) => b.plan.parts.weights - a.plan.parts.weights);
    const notes = [
      'Each engine is started once the one before it is ready; shares of the card would be wrong here, since each engine counts what the others hold.',
      ...troubleNotes(engines, cards),
    ];
    return { ...base, arrangement: 'shared', engines, notes };
  }
  const turns = takeTurns(card, sharers, quantization);
  if (!turns) {
    const notes = [
      'They fit neither side by side nor in turns; plan them one by one to see what each needs.',
    ];
    return { ...base, arrangement: 'none', engines: [], notes };
  }
  const engines = turns.engines.map(({ plan }, place) => ({
    plan,
    cards: [index],
    why: whyOf(place),
    alternatives: [],
  }));
  const slow = sharers.some(({ aside }) => aside)
    ? ['Completions and embeddings want an answer within a second; taking turns suits them badly.']
    : [];
  const short =
    hostGib !== null && hostGib < turns.hostGib + 4
      ? [
          `The machine has ${hostGib.toFixed(0)} GiB of memory; ${turns.hostGib} GiB of it would hold sleeping weights.`,
        ]
      : [];
  return {
    ...base,
    arrangement: 'turns',
    engines,
    swap: { hostGib: turns.hostGib, seconds: turns.seconds },
    notes: [...slow, ...short, ...troubleNotes(engines, cards)],
  };
};
