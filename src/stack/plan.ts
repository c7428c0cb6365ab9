import type { EngineName } from '../api/models.ts';
import type { Settings } from '../config/schema.ts';
import type { EngineBudget } from '../engines/engine.ts';
import { failure } from '../errors.ts';
import type { MachineReport } from '../machine/report.ts';
import type { Candidate } from '../models/choose.ts';
import type { CatalogModel } from '../models/model.ts';
import { engineBudget } from './budget.ts';
import { type GatewayRules, gatewayRules } from './gateway-rules.ts';
import { graphicsNotes } from './graphics-notes.ts';
import type { Launcher } from './launcher.ts';
import { isLoopback } from './loopback.ts';
import { type PlannedModel, plannedAsked, plannedCandidates, plannedKept } from './planned-model.ts';

/** A model as it is named; `catalog` when the catalogue knows it. */
export interface NamedModel {
  readonly reference: string;
  readonly catalog: CatalogModel | undefined;
}

/** What decides a plan. */
export interface PlanFacts {
  readonly report: MachineReport;
  readonly settings: Settings;
  /** What this machine calls itself on the network. */
  readonly hostName: string;
  /** Engines to choose from, best first. */
  readonly engines: readonly Pick<Launcher, 'name' | 'probe'>[];
  /** What could be served, best first; without those that cannot be had at all. */
  readonly candidates: readonly Candidate[];
  /** The model that was asked for; there is no falling back from it. */
  readonly asked: NamedModel | undefined;
  /** The model that the last `up` served, when it is whole on this disk. */
  readonly kept: PlannedModel | undefined;
  /** References whose files are on this disk. */
  readonly onDisk: ReadonlySet<string>;
}

/** What `up` will do: decided here and nowhere else, printable, the same for the same facts. */
export interface StackPlan {
  readonly schemaVersion: 1;
  readonly engine: { readonly name: EngineName; readonly why: string };
  /** Tried in this order; one is served. */
  readonly models: readonly PlannedModel[];
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    readonly exposure: 'loopback' | 'lan';
    readonly rules: GatewayRules;
  };
  readonly budget: EngineBudget;
  readonly logLevel: Settings['log.level'];
  readonly downloadsParallel: number;
  /** Honest lines about what differs from what one might expect. */
  readonly notes: readonly string[];
}

const chooseEngine = ({ report, settings, engines }: PlanFacts): StackPlan['engine'] => {
  if (report.platform === 'win32') {
    const problem = 'native Windows is not supported; run it inside WSL2 (`wsl --install`)';
    throw failure('ENGINE_UNAVAILABLE', { engine: settings.engine, problem });
  }
  const wanted = engines.filter(({ name }) => settings.engine === 'auto' || settings.engine === name);
  const verdicts = wanted.map((engine) => ({ name: engine.name, ...engine.probe(report) }));
  const usable = verdicts.find((verdict) => verdict.usable);
  if (usable) return { name: usable.name, why: usable.why };
  const problem = verdicts.map(({ name, why }) => `${name}: ${why}`).join('; ');
  throw failure('ENGINE_UNAVAILABLE', { engine: settings.engine, problem });
};

const chooseModels = (facts: PlanFacts): { models: readonly PlannedModel[]; notes: readonly string[] } => {
  const { asked, kept, candidates, onDisk } = facts;
  if (asked) return { models: [plannedAsked(asked, onDisk)], notes: [] };
  if (kept) return plannedKept(kept, candidates);
  if (candidates.length === 0) {
    throw failure('NO_MODEL', { problem: 'nothing in the catalogue fits this machine' });
  }
  return { models: plannedCandidates(candidates, onDisk), notes: [] };
};

/** Decides what is served here and how. Pure. Throws ENGINE_UNAVAILABLE and NO_MODEL. */
export const planStack = (facts: PlanFacts): StackPlan => {
  const { report, settings, hostName } = facts;
  const engine = chooseEngine(facts);
  const { models, notes } = chooseModels(facts);
  const host = settings['gateway.host'];
  const exposure = isLoopback(host) ? 'loopback' : 'lan';
  return {
    schemaVersion: 1,
    engine,
    models,
    gateway: {
      host,
      port: settings['gateway.port'],
      exposure,
      rules: gatewayRules(settings, exposure, hostName),
    },
    budget: engineBudget(report, settings),
    logLevel: settings['log.level'],
    downloadsParallel: settings['downloads.parallel'],
    notes: [...graphicsNotes(report, settings.gpu), ...notes],
  };
};
