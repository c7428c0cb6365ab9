import type { Paths } from '../config/paths.ts';
import type { Settings } from '../config/schema.ts';
import { createLlamacpp } from '../engines/llamacpp/engine.ts';
import { probeMachine } from '../machine/probe-machine.ts';
import type { MachineReport } from '../machine/report.ts';
import { chooseModels, resolveNamed } from '../models/choose.ts';
import { findModel } from '../models/ensure.ts';
import { formatReference, parseReference } from '../models/reference.ts';
import type { System } from '../system/system.ts';
import { type Applied, readApplied } from './applied.ts';
import { ownWorker } from './entry.ts';
import { type Launcher, launcherOf } from './launcher.ts';
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

/** `--model auto` forgets what the last `up` chose. */
const auto = 'auto';

const launchersFor = async (
  system: System,
  paths: Paths,
  packageFolder: string,
  report: MachineReport,
): Promise<readonly Launcher[]> => {
  const workerFile = ownWorker(packageFolder);
  const worker = workerFile === undefined ? {} : { workerFile };
  return [launcherOf(await createLlamacpp({ system, paths, packageFolder, report, ...worker }))];
};

/** Gathers the facts; looks at this machine and its disk only, asks no network. Throws MODEL_REFERENCE and MODEL_UNKNOWN. */
export const gatherFacts = async (
  system: System,
  paths: Paths,
  packageFolder: string,
  settings: Settings,
): Promise<Facts> => {
  const isHere = async (reference: string): Promise<boolean> =>
    (await findModel(system, paths, parseReference(reference, system.cwd), packageFolder)) !== undefined;

  const asked = (report: MachineReport): NamedModel | undefined => {
    const { model } = settings;
    if (model === undefined || model === auto) return undefined;
    const reference = parseReference(model, system.cwd);
    const catalog = resolveNamed(model, report);
    return { reference: catalog?.reference ?? formatReference(reference), catalog };
  };

  const kept = async (applied: Applied | undefined): Promise<PlannedModel | undefined> => {
    if (!applied || settings.model !== undefined) return undefined;
    return (await isHere(applied.planned.reference)) ? applied.planned : undefined;
  };

  const [report, previous, running] = await Promise.all([
    probeMachine(system),
    readApplied(system, paths),
    settledServer(system, paths),
  ]);
  const candidates = chooseModels(report);
  const named = asked(report);
  const [launchers, keptModel, present] = await Promise.all([
    launchersFor(system, paths, packageFolder, report),
    kept(previous),
    onDisk([...candidates.map(({ model }) => model.reference), ...(named ? [named.reference] : [])], isHere),
  ]);
  return {
    report,
    launchers,
    previous,
    running,
    plan: {
      report,
      settings,
      hostName: system.hostName,
      engines: launchers,
      // What comes with localai is there or it is not; nothing can fetch it.
      candidates: candidates.filter(
        ({ model }) => !model.reference.startsWith('bundled:') || present.has(model.reference),
      ),
      asked: named,
      kept: keptModel,
      onDisk: present,
    },
  };
};

const onDisk = async (
  references: readonly string[],
  isHere: (reference: string) => Promise<boolean>,
): Promise<ReadonlySet<string>> => {
  const here = await Promise.all(references.map(isHere));
  return new Set(references.filter((_reference, index) => here[index]));
};
