import { minorOf } from '../../models/memory/version.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import { type Alternative, alternativesTo } from './alternatives.ts';
import type { PlanCard } from './card.ts';
import { byRoom, chooseBuild, type PlacedEngine } from './choose-build.ts';
import type { Wishes } from './engine-plan.ts';
import { type Sharer, shareCard } from './share-card.ts';
import { takeTurns } from './swap.ts';

/** A model that was asked for or picked. */
export interface WantedModel {
  /** The candidates, best first: one for a name, several for a family. Each is the builds of one model. */
  readonly candidates: readonly (readonly PlanBuild[])[];
  readonly why: string;
  /** Models of the same kind, for when none of these fits. */
  readonly others: readonly (readonly PlanBuild[])[];
}

/** What decides a plan for graphics cards. */
export interface CardsRequest {
  readonly cards: readonly PlanCard[];
  readonly wanted: readonly WantedModel[];
  readonly contextTokens: number | undefined;
  readonly concurrency: number;
  readonly quantization: string | undefined;
  readonly cacheFormat: string;
  /** The vLLM that is planned for, e.g. `0.32.0`. */
  readonly vllm: string;
  /** GiB of the machine's memory, for sleeping models; null: not known. */
  readonly hostGib: number | null;
}

/** One engine of the plan. */
export interface PlannedEngine extends PlacedEngine {
  readonly why: string;
  readonly alternatives: readonly Alternative[];
}

/**
 * How the models share the cards: `alone` one has what it needs · `apart` each has cards of its own · `shared` several
 * on one card, caches cut by bytes · `turns` several on one card, one awake · `none` it cannot be done.
 */
export type Arrangement = 'alone' | 'apart' | 'shared' | 'turns' | 'none';

/** What would be served on these cards and how; the same for the same request. */
export interface CardsPlan {
  readonly vllm: string;
  readonly cards: readonly PlanCard[];
  readonly arrangement: Arrangement;
  /** In the order in which they are started. */
  readonly engines: readonly PlannedEngine[];
  /** Turns on one card: what a change takes. */
  readonly swap: { readonly hostGib: number; readonly seconds: readonly [number, number] } | null;
  readonly notes: readonly string[];
}

const wishesOf = ({ contextTokens, concurrency, cacheFormat, vllm }: CardsRequest): Wishes => ({
  contextTokens,
  concurrency,
  cacheFormat,
  vllm: minorOf(vllm) ?? 32,
});

/** A context below this leaves an agent little room: other ways are shown. */
const comfortable = 32_768;

/** The candidate that serves best on these cards: the first that fits well, else the one that comes nearest. */
const chooseCandidate = (
  { candidates }: WantedModel,
  cards: readonly PlanCard[],
  wishes: Wishes,
  quantization: string | undefined,
): { readonly builds: readonly PlanBuild[]; readonly placed: PlacedEngine } | undefined => {
  const found = candidates.flatMap((builds) => {
    const placed = chooseBuild(builds, cards, wishes, quantization, true);
    return placed ? [{ builds, placed }] : [];
  });
  const good = ({ placed: { plan } }: (typeof found)[number]): boolean =>
    plan.verdict === 'fits' &&
    plan.contextTokens >=
      Math.min(wishes.contextTokens ?? comfortable, plan.build.shape.contextTokens ?? comfortable);
  return found.find(good) ?? found.find(({ placed }) => placed.plan.verdict === 'fits') ?? found.at(-1);
};

const isAside = (builds: readonly PlanBuild[]): boolean => {
  const role = builds[0]?.roles[0];
  return role === 'autocomplete' || role === 'embedding';
};

const leavesWishes = ({ plan }: PlacedEngine, wishes: Wishes): boolean =>
  plan.verdict !== 'fits' ||
  plan.contextTokens <
    Math.min(wishes.contextTokens ?? comfortable, plan.build.shape.contextTokens ?? comfortable);

const troubleNotes = (engines: readonly PlacedEngine[], cards: readonly PlanCard[]): readonly string[] =>
  engines.flatMap(({ plan: { build, verdict }, cards: places }) => {
    if (verdict === 'no') return [];
    const { trouble = [], singleCardFrom } = build.model ?? {};
    const [place = 0, ...more] = places;
    const small = more.length === 0 && (cards[place]?.totalGib ?? 0) < (singleCardFrom?.gib ?? 0);
    const known = [
      ...(small && singleCardFrom ? [singleCardFrom.trouble] : []),
      ...trouble,
      ...build.trouble,
    ];
    return known.map((words) => `${build.name}: ${words}.`);
  });

const tooBig = ({ quantization }: CardsRequest): string =>
  quantization === undefined
    ? 'No build of it runs on this card.'
    : `There is no ${quantization} build of it that is known here.`;

const planOne = (request: CardsRequest, wanted: WantedModel): CardsPlan => {
  const { cards, quantization, vllm } = request;
  const wishes = wishesOf(request);
  const chosen = chooseCandidate(wanted, cards, wishes, quantization);
  const base = { vllm, cards, swap: null };
  if (!chosen) return { ...base, arrangement: 'none', engines: [], notes: [tooBig(request)] };
  const { builds, placed } = chosen;
  const rest = wanted.candidates.slice(wanted.candidates.indexOf(builds) + 1);
  const others = [...rest, ...wanted.others].filter((other) => other[0]?.name !== builds[0]?.name);
  const alternatives = leavesWishes(placed, wishes)
    ? alternativesTo({ placed, builds, others, cards, wishes })
    : [];
  return {
    ...base,
    arrangement: placed.plan.verdict === 'no' ? 'none' : 'alone',
    engines: [{ ...placed, why: wanted.why, alternatives }],
    notes: troubleNotes([placed], cards),
  };
};

type Chosen = { readonly wanted: WantedModel; readonly builds: readonly PlanBuild[] };

/** Each model with cards of its own: the largest model takes its pick first. Undefined where one finds no place. */
const planApart = (
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
const planTogether = (request: CardsRequest, chosen: readonly Chosen[]): CardsPlan => {
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
    return { builds: further, aside, wishes };
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

/** Plans what is wanted on these cards. Pure. */
export const planCards = (request: CardsRequest): CardsPlan => {
  const { cards, vllm, wanted, quantization } = request;
  const [first] = wanted;
  if (!first || cards.length === 0) {
    const notes =
      cards.length === 0 ? ['There is no NVIDIA card.'] : ['Nothing in the catalogue fits this card.'];
    return { vllm, cards, arrangement: 'none', engines: [], swap: null, notes };
  }
  if (wanted.length === 1) return planOne(request, first);
  const wishes = wishesOf(request);
  const chosen = wanted.flatMap((one) => {
    const found = chooseCandidate(one, cards, wishes, quantization);
    return found ? [{ wanted: one, builds: found.builds }] : [];
  });
  if (chosen.length < wanted.length) {
    const notes = [tooBig(request)];
    return { vllm, cards, arrangement: 'none', engines: [], swap: null, notes };
  }
  const apart = cards.length > 1 ? planApart(request, chosen) : undefined;
  if (apart)
    return {
      vllm,
      cards,
      arrangement: 'apart',
      engines: apart,
      swap: null,
      notes: troubleNotes(apart, cards),
    };
  return planTogether(request, chosen);
};
