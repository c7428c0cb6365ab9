import type { Role } from '../api/models.ts';
import type { Settings } from '../config/schema.ts';
import { failure } from '../errors.ts';
import { testedVllm } from '../machine/gpus/vllm-support.ts';
import type { MachineReport } from '../machine/report.ts';
import { engineBudget, withArgs } from './budget.ts';
import type { PlanCard } from './cards/card.ts';
import type { CardsPlan, CardsRequest, PlannedEngine, WantedModel } from './cards/cards-plan.ts';
import { planCards } from './cards/plan-cards.ts';
import { vllmFlags } from './cards/vllm-flags.ts';
import type { ChosenEngine } from './choose-engine.ts';
import type { Serving, StackPlan } from './plan.ts';
import { sleepRules } from './plan-turns.ts';
import type { PlannedModel } from './planned-model.ts';

/** The cards that vLLM would run on, and what it would serve there. */
export interface CardsFacts {
  readonly cards: readonly PlanCard[];
  readonly wanted: readonly WantedModel[];
  /** In words, why other cards are left out. */
  readonly notes: readonly string[];
  /** What a plan for them is made of, to tell whether the last one was made of the same. */
  readonly key: string;
  /** The plan of the last `up` for the same cards and wishes. */
  readonly kept: CardsPlan | undefined;
}

interface Circumstances {
  readonly report: MachineReport;
  readonly settings: Settings;
  readonly engine: ChosenEngine;
  readonly onDisk: ReadonlySet<string>;
}

const gib = 1024 ** 3;

/** Requests at once where nothing was said; as `localai plan`. */
const usualConcurrency = 8;

/** What is asked of the cards' plan. */
export const cardsRequest = (
  { cards, wanted }: Pick<CardsFacts, 'cards' | 'wanted'>,
  settings: Settings,
  report: MachineReport,
): CardsRequest => ({
  cards,
  wanted,
  contextTokens: settings.context,
  concurrency: settings.parallel ?? usualConcurrency,
  quantization: undefined,
  cacheFormat: 'auto',
  vllm: testedVllm,
  hostGib: report.memory.totalBytes / gib,
});

/** How much more than last time may be in use on a card before the plan is made anew, GiB. */
const tolerance = 0.5;

/** Whether a plan still holds: what a screen takes changes by the minute, and must not restart an engine. */
const stillHolds = (kept: CardsPlan, cards: readonly PlanCard[]): boolean =>
  kept.cards.every((before, index) => (cards[index]?.usedGib ?? 0) <= before.usedGib + tolerance);

/** A hub id as a reference; a path stays one. */
export const hubReference = (reference: string): string =>
  /^[./]/.test(reference) ? reference : `hf:${reference}`;

const allRoles: readonly Role[] = ['coder', 'general', 'autocomplete', 'embedding'];

const talking: readonly Role[] = ['coder', 'general'];

const isAside = ([first]: readonly Role[]): boolean => first === 'autocomplete' || first === 'embedding';

/** A model that has a role already is passed over where another one is about as good at the next. */
const burden = 1.5;

/** Who serves what: each role goes to the model that names it first; the two main roles are never without one. */
const rolesOf = (engines: readonly PlannedEngine[]): readonly (readonly Role[])[] => {
  const all = engines.map(({ plan }) => plan.build.roles);
  const someTalk = !all.every(isAside);
  // A model that completes lines beside another one is not for talking, though it could.
  const own = all.map((roles) =>
    someTalk && isAside(roles) ? roles.filter((role) => !talking.includes(role)) : roles,
  );
  const given: Role[][] = engines.map(() => []);
  for (const role of allRoles) {
    const costs = own.map((roles, index) => {
      const place = roles.indexOf(role);
      return place < 0 ? Number.POSITIVE_INFINITY : place + (given[index]?.length ? burden : 0);
    });
    const least = Math.min(...costs);
    if (Number.isFinite(least)) given[costs.indexOf(least)]?.push(role);
  }
  const main = own.findIndex((roles) => !roles.every((role) => role === 'embedding'));
  for (const role of talking) {
    if (!given.some((roles) => roles.includes(role))) given[main]?.push(role);
  }
  return given;
};

const plannedOf = (
  { plan, why }: PlannedEngine,
  roles: readonly Role[],
  onDisk: ReadonlySet<string>,
): PlannedModel => {
  const { build } = plan;
  const reference = hubReference(build.reference);
  return {
    id: build.name,
    reference,
    why,
    roles,
    capabilities: {
      tools: build.model?.toolParser != null,
      reasoning: build.model?.reasoningParser != null,
      fim: build.model?.fillIn != null,
      embeddings: build.roles.every((role) => role === 'embedding'),
    },
    sizeBytes: Math.round(build.weights.gib * gib),
    onDisk: onDisk.has(reference),
    caveat: null,
    announce: null,
  };
};

const shares = (a: PlannedEngine, b: PlannedEngine): boolean =>
  a.cards.some((card) => b.cards.includes(card));

/** Flags that change what fits: with them the arithmetic is the user's. */
const overruled = (settings: Settings): boolean => Object.keys(settings.args).length > 0;

/** Throws MODEL_DOES_NOT_FIT for what certainly does not start. */
const refuse = (plan: CardsPlan, settings: Settings): void => {
  if (plan.arrangement !== 'none' || (plan.engines.length > 0 && overruled(settings))) return;
  const [engine] = plan.engines;
  throw failure('MODEL_DOES_NOT_FIT', {
    model: settings.model ?? engine?.plan.build.name ?? 'a model',
    cards: plan.cards.map(({ name }) => name).join(' and '),
    problem: (engine?.plan.reason ?? plan.notes.join(' ')).replace(/\.$/, ''),
  });
};

/** What was wished for and may go wrong, with the number. */
const wishNotes = ({ engines }: CardsPlan): readonly string[] =>
  engines.flatMap(({ plan }) =>
    plan.verdict === 'fits' || plan.reason === null
      ? []
      : [`${plan.build.name} is served as you wish, though ${plan.reason}.`],
  );

/** What the user changes of the command that the plan shows. */
const flagNotes = (servings: readonly Serving[]): readonly string[] =>
  servings.flatMap(({ models: [model], budget: { args, removeArgs } }) => {
    const parts = [
      ...(args ? [`also gets ${args.join(' ')}`] : []),
      ...(removeArgs ? [`does not get ${removeArgs.join(' ')}`] : []),
    ];
    return parts.length === 0 ? [] : [`${model?.id} ${parts.join(', and ')}, as your settings say.`];
  });

/** What vLLM serves on NVIDIA cards: exactly the plan that `localai plan` shows. Pure. Throws MODEL_DOES_NOT_FIT. */
export const planForCards = (
  facts: CardsFacts,
  { report, settings, engine, onDisk }: Circumstances,
): Pick<StackPlan, 'servings' | 'cards' | 'cardsFor' | 'notes'> => {
  const { kept, cards } = facts;
  const plan = kept && stillHolds(kept, cards) ? kept : planCards(cardsRequest(facts, settings, report));
  refuse(plan, settings);
  const sleeps = plan.arrangement === 'turns';
  const roles = rolesOf(plan.engines);
  const base = engineBudget(report, settings, plan.engines.length);
  const servings = plan.engines.map((one, index): Serving => {
    const planned = plannedOf(one, roles[index] ?? [], onDisk);
    const budget = withArgs(base, settings, planned);
    const devices = one.cards.map((card) => plan.cards[card]?.device ?? String(card));
    return {
      engine,
      ...(sleeps ? { turns: sleepRules(settings, planned, devices) } : {}),
      models: [planned],
      budget: {
        ...budget,
        contextTokens: one.plan.contextTokens,
        parallel: one.plan.maxSequences,
        cards: {
          flags: vllmFlags(one.plan, sleeps),
          devices,
          sleeps,
          tensorParallel: one.plan.tensorParallel,
          weightsGib: Math.round(one.plan.parts.weights * one.plan.tensorParallel * 100) / 100,
          order: plan.engines.slice(0, index).filter((before) => shares(before, one)).length,
        },
      },
    };
  });
  return {
    servings,
    cards: plan,
    cardsFor: facts.key,
    notes: [...facts.notes, ...wishNotes(plan), ...flagNotes(servings)],
  };
};
