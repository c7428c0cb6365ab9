import type { Settings } from '../config/schema.ts';
import type { EngineBudget, OwnModel } from '../engines/engine.ts';
import { usualContext } from '../engines/llama-server/arguments.ts';
import { noLlamaServer } from '../engines/llama-server/engine.ts';
import { failure } from '../errors.ts';
import type { MachineReport } from '../machine/report.ts';
import type { Candidate } from '../models/choose.ts';
import type { CatalogModel } from '../models/model.ts';
import { engineBudget, withArgs } from './budget.ts';
import type { CardsPlan } from './cards/cards-plan.ts';
import { type CardsFacts, planForCards } from './cards-servings.ts';
import { type ChosenEngine, chooseEngine, type EngineOffer } from './choose-engine.ts';
import { type GatewayRules, gatewayRules } from './gateway-rules.ts';
import { graphicsNotes } from './graphics-notes.ts';
import { isLoopback } from './loopback.ts';
import { idleRules, planTurns } from './plan-turns.ts';
import {
  type PlannedModel,
  plannedAsked,
  plannedCandidates,
  plannedKept,
  plannedOwn,
} from './planned-model.ts';
import type { TurnRules } from './supervisor/turn-group.ts';

/** A model as it is named; `catalog` when the catalogue knows it. */
export interface NamedModel {
  readonly reference: string;
  readonly catalog: CatalogModel | undefined;
  /** Of its file, where that is on this disk. */
  readonly sizeBytes?: number;
  /** What its engine says of it, where it has its own models. */
  readonly own?: OwnModel;
}

/** What decides a plan. */
export interface PlanFacts {
  readonly report: MachineReport;
  readonly settings: Settings;
  /** What this machine calls itself on the network. */
  readonly hostName: string;
  /** Engines to choose from, best first. */
  readonly engines: readonly EngineOffer[];
  /** What could be served, best first; without those that cannot be had at all. */
  readonly candidates: readonly Candidate[];
  /** The models that were asked for; there is no falling back from them. */
  readonly asked: readonly NamedModel[];
  /** The models that the last `up` served, when they are whole on this disk. */
  readonly kept: readonly PlannedModel[];
  /** References whose files are on this disk. */
  readonly onDisk: ReadonlySet<string>;
  /** The NVIDIA cards that vLLM would run on and what it would serve; undefined where it would not. */
  readonly cards: CardsFacts | undefined;
}

/** One engine of the stack and what it is to serve. */
export interface Serving {
  readonly engine: ChosenEngine;
  /** Tried in this order; one is served. */
  readonly models: readonly PlannedModel[];
  readonly budget: EngineBudget;
  /** When it is loaded and unloaded; absent: at the start, and it stays. */
  readonly turns?: TurnRules;
}

/** What `up` will do: decided here and nowhere else, printable, the same for the same facts. */
export interface StackPlan {
  readonly schemaVersion: 2;
  /** `host` one process in the background with its engines · `compose` containers. */
  readonly stack: 'host' | 'compose';
  /** In the order in which they are started. */
  readonly servings: readonly Serving[];
  /** How the NVIDIA cards are shared; null where no engine of ours plans for them. */
  readonly cards: CardsPlan | null;
  /** What that was made of; the next `up` keeps a plan that would be made of the same. */
  readonly cardsFor: string | null;
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    readonly exposure: 'loopback' | 'lan';
    readonly rules: GatewayRules;
  };
  readonly logLevel: Settings['log.level'];
  readonly downloadsParallel: number;
  /** Honest lines about what differs from what one might expect. */
  readonly notes: readonly string[];
}

type Planned = Pick<StackPlan, 'servings' | 'cards' | 'cardsFor' | 'notes'>;

/** Models as they are on a machine whose memory decides: what was asked for, what was served, what fits. */
const modelChains = (
  facts: PlanFacts,
): { readonly chains: readonly (readonly PlannedModel[])[]; readonly notes: readonly string[] } => {
  const { asked, kept, candidates, onDisk } = facts;
  if (asked.length > 0) {
    const alone = asked.length === 1;
    return { chains: asked.map((one) => [plannedAsked(one, onDisk, alone)]), notes: [] };
  }
  if (kept.length > 0) return plannedKept(kept, candidates);
  if (candidates.length === 0) {
    throw failure('NO_MODEL', { problem: 'nothing in the catalogue fits this machine' });
  }
  return { chains: [plannedCandidates(candidates, onDisk)], notes: [] };
};

const servingsOf = (facts: PlanFacts, engine: ChosenEngine, weights: EngineOffer['weights']): Planned => {
  const { report, settings } = facts;
  if (weights === 'nothing') {
    const budget = engineBudget(report, settings);
    const servings = plannedOwn(facts.asked).map((model) => ({ engine, models: [model], budget }));
    return { servings, cards: null, cardsFor: null, notes: [] };
  }
  const { chains, notes } = modelChains(facts);
  const together = engineBudget(report, settings);
  const { turnsOf, note } = planTurns(settings, chains, together.memoryBytes);
  const share = turnsOf ? together : engineBudget(report, settings, chains.length);
  // llama.cpp's server fits no context to the memory: what it is given belongs in the plan.
  const budget =
    engine.name === 'llama-server' ? { ...share, contextTokens: share.contextTokens ?? usualContext } : share;
  const servings = chains.map((models) => {
    const turns = (turnsOf ?? idleRules(settings))(models[0]);
    return {
      ...{ engine, models, budget: withArgs(budget, settings, models[0]) },
      ...(turns === undefined ? {} : { turns }),
    };
  });
  return { servings, cards: null, cardsFor: null, notes: [...notes, ...(note === undefined ? [] : [note])] };
};

/** One that is here and cannot be used is nobody's wish. */
const llamaServerNotes = (passedOver: readonly ChosenEngine[]): readonly string[] =>
  passedOver
    .filter(({ name, why }) => name === 'llama-server' && why !== noLlamaServer)
    .map(({ why }) => `llama-server is not used: ${why}.`);

/** Decides what is served here and how. Pure. Throws ENGINE_UNAVAILABLE, NO_MODEL and MODEL_DOES_NOT_FIT. */
export const planStack = (facts: PlanFacts): StackPlan => {
  const { report, settings, hostName, cards, onDisk } = facts;
  const { engine, weights, passedOver } = chooseEngine(report, settings, facts.engines);
  const planned =
    weights === 'safetensors' && cards
      ? planForCards(cards, { report, settings, engine, onDisk })
      : servingsOf(facts, engine, weights);
  const host = settings['gateway.host'];
  const exposure = isLoopback(host) ? 'loopback' : 'lan';
  return {
    schemaVersion: 2,
    stack: engine.name === 'vllm-compose' ? 'compose' : 'host',
    servings: planned.servings,
    cards: planned.cards,
    cardsFor: planned.cardsFor,
    gateway: {
      host,
      port: settings['gateway.port'],
      exposure,
      rules: gatewayRules(settings, exposure, hostName),
    },
    logLevel: settings['log.level'],
    downloadsParallel: settings['downloads.parallel'],
    notes: [
      ...graphicsNotes(report, settings.gpu, engine.name, passedOver),
      ...llamaServerNotes(passedOver),
      ...planned.notes,
    ],
  };
};
