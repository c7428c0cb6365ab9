import type {
  Engine,
  EngineBudget,
  EngineCommand,
  EngineModel,
  EngineVerdict,
  InstallProgress,
} from '../engines/engine.ts';
import type { MachineReport } from '../machine/report.ts';

/** An engine whose spec stays its own affair, so that engines of different kinds stand in one list. */
export interface Launcher {
  readonly name: Engine<unknown>['name'];
  probe(report: MachineReport): EngineVerdict;
  install(
    model: EngineModel,
    budget: EngineBudget,
    progress: InstallProgress,
    signal: AbortSignal,
  ): Promise<void>;
  command(model: EngineModel, budget: EngineBudget): EngineCommand;
}

export const launcherOf = <Spec>(engine: Engine<Spec>): Launcher => ({
  name: engine.name,
  probe: (report) => engine.probe(report),
  install: (model, budget, progress, signal) => engine.install(engine.spec(model, budget), progress, signal),
  command: (model, budget) => engine.command(engine.spec(model, budget)),
});
