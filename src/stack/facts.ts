import type { Paths } from '../config/paths.ts';
import type { Settings } from '../config/schema.ts';
import type { EngineWeights, OwnModel } from '../engines/engine.ts';
import { failure } from '../errors.ts';
import { probeMachine } from '../machine/probe-machine.ts';
import type { MachineReport } from '../machine/report.ts';
import { findVllmModel } from '../models/catalog/vllm/catalog.ts';
import { type Candidate, chooseModels, resolveNamed } from '../models/choose.ts';
import { findModel } from '../models/ensure.ts';
import { formatReference, parseReference } from '../models/reference.ts';
import type { System } from '../system/system.ts';
import { type Applied, readApplied } from './applied.ts';
import { gatherCards, offersFor } from './cards-facts.ts';
import { askedWords, chooseEngine } from './choose-engine.ts';
import type { Launcher } from './launcher.ts';
import { launchersFor } from './launchers.ts';
import type { NamedModel, PlanFacts } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';
import type { StackRecord } from './record.ts';
import { settledServer } from './running.ts';

/** All that a plan is made of, and what is needed to carry it out. */
export interface Facts {
  readonly plan: PlanFacts;
  readonly report: MachineReport;
  readonly launchers: readonly Launcher[];
  readonly previous: Applied | undefined;
  readonly running: StackRecord | undefined;
}

export interface FactsOptions {
  readonly system: System;
  readonly paths: Paths;
  readonly packageFolder: string;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

type IsHere = (reference: string) => Promise<boolean>;

/** The bytes of a model that is on this disk; undefined: it is not. */
type SizeHere = (reference: string) => Promise<number | undefined>;

const namedModel = (system: System, word: string, report: MachineReport): NamedModel => {
  const reference = parseReference(word, system.cwd);
  const catalog = resolveNamed(word, report);
  return { reference: catalog?.reference ?? formatReference(reference), catalog };
};

/** The models of the last `up`, when all of them are still here and nothing else was asked for. */
const keptModels = async (
  applied: Applied | undefined,
  settings: Settings,
  isHere: IsHere,
): Promise<readonly PlannedModel[]> => {
  if (!applied || applied.plan.cards || settings.model !== undefined) return [];
  const planned = applied.served.map((one) => one.planned);
  const here = await Promise.all(planned.map(({ reference }) => isHere(reference)));
  return here.every(Boolean) ? planned : [];
};

const onDisk = async (references: readonly string[], isHere: IsHere): Promise<ReadonlySet<string>> => {
  const here = await Promise.all(references.map(isHere));
  return new Set(references.filter((_reference, index) => here[index]));
};

/** Models for engines that read files of llama.cpp's form. */
interface HostModels {
  readonly candidates: readonly Candidate[];
  readonly asked: readonly NamedModel[];
  readonly kept: readonly PlannedModel[];
  readonly present: ReadonlySet<string>;
}

const hostModels = async (
  { system, settings }: FactsOptions,
  report: MachineReport,
  previous: Applied | undefined,
  isHere: IsHere,
  sizeHere: SizeHere,
): Promise<HostModels> => {
  const candidates = chooseModels(report);
  const asked = await Promise.all(
    askedWords(settings).map(async (word) => {
      const named = namedModel(system, word, report);
      const sizeBytes = await sizeHere(named.reference);
      return sizeBytes === undefined ? named : { ...named, sizeBytes };
    }),
  );
  const all = [...candidates.map(({ model }) => model.reference), ...asked.map(({ reference }) => reference)];
  const [kept, present] = await Promise.all([keptModels(previous, settings, isHere), onDisk(all, isHere)]);
  return { candidates, asked, kept, present };
};

/** Models for vLLM where it has no card to plan for: those that were asked for, in their own form. */
const plainModels = async ({ system, settings }: FactsOptions, isHere: IsHere): Promise<HostModels> => {
  const asked = askedWords(settings).map((word) => {
    const [build] = findVllmModel(word)?.builds ?? [];
    const reference = build ? `hf:${build.repo}` : formatReference(parseReference(word, system.cwd));
    return { reference, catalog: undefined };
  });
  if (asked.length === 0) {
    throw failure('NO_MODEL', {
      problem: 'without a card nothing is picked for vLLM; name one with --model',
    });
  }
  const present = await onDisk(
    asked.map(({ reference }) => reference),
    isHere,
  );
  return { candidates: [], asked, kept: [], present };
};

/** As many of another server's models are served as somebody can choose from. */
const mostOwnModels = 30;

/** The models of an engine that has its own: those that were asked for, else all. Throws NO_MODEL. */
const ownModels = (settings: Settings, models: readonly OwnModel[]): HostModels => {
  const named = (own: OwnModel): NamedModel => ({ reference: own.id, catalog: undefined, own });
  const asked = askedWords(settings).map((word) => {
    const own = models.find(({ id }) => id === word) ?? models.find(({ id }) => id === `${word}:latest`);
    if (own) return named(own);
    const ids = models.map(({ id }) => id);
    throw failure('NO_MODEL', {
      problem: `the server has no "${word}"; it has ${ids.slice(0, 10).join(', ')}`,
    });
  });
  const all = asked.length > 0 ? asked : models.slice(0, mostOwnModels).map(named);
  return { candidates: [], asked: all, kept: [], present: new Set() };
};

/** Where the plan for cards names its models itself. */
const noModels: HostModels = { candidates: [], asked: [], kept: [], present: new Set() };

interface Looking {
  readonly options: FactsOptions;
  readonly report: MachineReport;
  readonly previous: Applied | undefined;
  readonly isHere: IsHere;
  readonly sizeHere: SizeHere;
}

const modelsFor = async (
  weights: EngineWeights,
  own: readonly OwnModel[],
  onCards: boolean,
  { options, report, previous, isHere, sizeHere }: Looking,
): Promise<HostModels> => {
  if (onCards) return noModels;
  if (weights === 'nothing') return ownModels(options.settings, own);
  if (weights === 'safetensors') return plainModels(options, isHere);
  return hostModels(options, report, previous, isHere, sizeHere);
};

/**
 * Gathers the facts. Looks at this machine and its disk; the hub is asked only about a model that vLLM is to serve and
 * that nobody knows here. Throws ENGINE_UNAVAILABLE, MODEL_REFERENCE and MODEL_UNKNOWN, and what `readBuild` throws.
 */
export const gatherFacts = async (options: FactsOptions): Promise<Facts> => {
  const { system, paths, packageFolder, settings } = options;
  const sizeHere: SizeHere = async (reference) =>
    (await findModel(system, paths, parseReference(reference, system.cwd), packageFolder))?.sizeBytes;
  const isHere: IsHere = async (reference) => (await sizeHere(reference)) !== undefined;
  const [report, previous, running] = await Promise.all([
    probeMachine(system),
    readApplied(system, paths),
    settledServer(system, paths),
  ]);
  const launchers = await launchersFor({ system, paths, packageFolder, report, settings });
  const engines = offersFor(launchers, report, settings);
  const { engine, weights } = chooseEngine(report, settings, engines);
  const cards = weights === 'safetensors' ? await gatherCards(options, report, previous, isHere) : undefined;
  const own = launchers.find(({ name }) => name === engine.name)?.models ?? [];
  const models = await modelsFor(weights, own, cards !== undefined, {
    ...{ options, report, previous, isHere, sizeHere },
  });
  return {
    report,
    launchers,
    previous,
    running,
    plan: {
      report,
      settings,
      hostName: system.hostName,
      engines,
      // What comes with localai is there or it is not; nothing can fetch it.
      candidates: models.candidates.filter(
        ({ model }) => !model.reference.startsWith('bundled:') || models.present.has(model.reference),
      ),
      asked: models.asked,
      kept: models.kept,
      onDisk: cards?.present ?? models.present,
      cards,
    },
  };
};
