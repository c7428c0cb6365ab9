import type { Settings } from '../config/schema.ts';
import type { EngineBudget } from '../engines/engine.ts';
import type { MachineReport } from '../machine/report.ts';

const gibibyte = 1024 ** 3;

/**
 * What an engine may take of this machine. Memory is all but a fifth (at least 1 GiB) of the total, not of what is
 * free at the moment: the same machine must give the same plan whether or not our own engine runs on it.
 */
export const engineBudget = (report: MachineReport, settings: Settings): EngineBudget => {
  const { totalBytes } = report.memory;
  const reserve = Math.max(gibibyte, totalBytes / 5);
  return {
    contextTokens: settings.context,
    parallel: settings.parallel,
    threads: settings.threads,
    cores: report.cpu.cores,
    gpu: settings.gpu,
    memoryBytes: Math.floor(Math.max(totalBytes / 4, totalBytes - reserve)),
  };
};
