import type {
  Engine,
  EngineAddress,
  EngineBudget,
  EngineCommand,
  EngineModel,
  EngineService,
  EngineVerdict,
  EngineWeights,
  InstallProgress,
  OwnModel,
} from '../engines/engine.ts';
import type { MachineReport } from '../machine/report.ts';

/** How an engine of the stack is reached: a process that we start, a container, or somebody else's. */
export type Launch =
  | { readonly kind: 'process'; readonly command: EngineCommand }
  | { readonly kind: 'container'; readonly service: EngineService }
  | { readonly kind: 'address'; readonly address: EngineAddress };

/** An engine whose spec stays its own affair, so that engines of different kinds stand in one list. */
export interface Launcher {
  readonly name: Engine<unknown>['name'];
  readonly weights: EngineWeights;
  readonly onlyWhenAsked: boolean;
  /** The models of an engine that has its own. */
  readonly models: readonly OwnModel[];
  probe(report: MachineReport): EngineVerdict;
  install(
    model: EngineModel,
    budget: EngineBudget,
    progress: InstallProgress,
    signal: AbortSignal,
  ): Promise<void>;
  launch(model: EngineModel, budget: EngineBudget): Launch;
}

const launch = <Spec>(engine: Engine<Spec>, spec: Spec): Launch => {
  if ('command' in engine) return { kind: 'process', command: engine.command(spec) };
  if ('service' in engine) return { kind: 'container', service: engine.service(spec) };
  return { kind: 'address', address: engine.address(spec) };
};

export const launcherOf = <Spec>(engine: Engine<Spec>): Launcher => ({
  name: engine.name,
  weights: engine.weights,
  onlyWhenAsked: engine.onlyWhenAsked,
  models: 'models' in engine ? engine.models : [],
  probe: (report) => engine.probe(report),
  install: (model, budget, progress, signal) => engine.install(engine.spec(model, budget), progress, signal),
  launch: (model, budget) => launch(engine, engine.spec(model, budget)),
});
