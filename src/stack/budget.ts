import type { Settings } from '../config/schema.ts';
import type { EngineBudget } from '../engines/engine.ts';
import type { MachineReport } from '../machine/report.ts';
import type { PlannedModel } from './planned-model.ts';

const gibibyte = 1024 ** 3;

/** Requests at once where nothing was said: llama.cpp cuts its context in so many parts. */
const usualParallel = 4;

/**
 * What an engine may take of this machine, of which so many share it. Memory is all but a fifth (at least 1 GiB) of the
 * total, not of what is free at the moment: the same machine must give the same plan whether or not our own engine runs
 * on it.
 */
export const engineBudget = (report: MachineReport, settings: Settings, engines = 1): EngineBudget => {
  const { totalBytes } = report.memory;
  const reserve = Math.max(gibibyte, totalBytes / 5);
  return {
    contextTokens: settings.context,
    parallel: settings.parallel ?? usualParallel,
    threads: settings.threads,
    cores: report.cpu.cores,
    gpu: settings.gpu,
    memoryBytes: Math.floor(Math.max(totalBytes / 4, totalBytes - reserve) / engines),
  };
};

/** The words of a setting that is given by model: its id, its reference, its role, or `*` for all. */
const wordsFor = (
  setting: Readonly<Record<string, readonly string[]>>,
  model: Pick<PlannedModel, 'id' | 'reference' | 'roles'> | undefined,
): readonly string[] => {
  const names = ['*', ...(model?.roles ?? []), model?.reference, model?.id];
  return names.flatMap((name) => (typeof name === 'string' ? (setting[name] ?? []) : []));
};

/** The budget with the flags that the user adds and takes away for this model. */
export const withArgs = (
  budget: EngineBudget,
  settings: Settings,
  model: Pick<PlannedModel, 'id' | 'reference' | 'roles'> | undefined,
): EngineBudget => {
  const args = wordsFor(settings.args, model);
  const removeArgs = wordsFor(settings.removeArgs, model);
  return {
    ...budget,
    ...(args.length === 0 ? {} : { args }),
    ...(removeArgs.length === 0 ? {} : { removeArgs }),
  };
};
