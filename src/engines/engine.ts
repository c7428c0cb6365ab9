import type { Endpoint, EngineName, Role } from '../api/models.ts';
import type { MachineReport } from '../machine/report.ts';

/** What a model file asks of an engine. */
export interface EngineModel {
  /** The id under which it is served. */
  readonly id: string;
  /** The weights on this disk. */
  readonly file: string;
  readonly sha256: string | undefined;
  readonly roles: readonly Role[];
}

/** What an engine may use. Pure data, so that a plan can be printed and compared. */
export interface EngineBudget {
  /** Tokens per request; undefined: what the model was made for, cut to the memory given. */
  readonly contextTokens: number | undefined;
  /** Requests at once. */
  readonly parallel: number;
  /** CPU threads; undefined: measured by the engine. */
  readonly threads: number | undefined;
  /** Cores that this process really has (quota and affinity counted). */
  readonly cores: number;
  readonly gpu: 'auto' | 'off';
  /** Bytes of memory it may take. */
  readonly memoryBytes: number;
}

export interface EngineVerdict {
  readonly usable: boolean;
  /** Why it is or is not. */
  readonly why: string;
}

export type InstallProgress = (step: {
  readonly what: string;
  readonly done?: number;
  readonly total?: number;
}) => void;

/** How a process engine is started: arguments as an array, never a shell string. */
export interface EngineCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly endpoint: Endpoint;
}

/** An engine is data plus a launcher. `Spec` is JSON; equal specs mean nothing needs a restart. */
export interface Engine<Spec> {
  readonly name: EngineName;
  /** Whether it can run here. Pure. */
  probe(report: MachineReport): EngineVerdict;
  /** What exactly will be run. Pure. */
  spec(model: EngineModel, budget: EngineBudget): Spec;
  /** Brings what the spec needs onto this machine; does nothing when it is there. */
  install(spec: Spec, progress: InstallProgress, signal: AbortSignal): Promise<void>;
  /** The process that serves it; answers like vLLM at `endpoint`. */
  command(spec: Spec): EngineCommand;
}
