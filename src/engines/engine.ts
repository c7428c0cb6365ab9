import type { Endpoint, EngineName, Role } from '../api/models.ts';
import type { MachineReport } from '../machine/report.ts';

/** What a model file asks of an engine. */
export interface EngineModel {
  /** The id under which it is served. */
  readonly id: string;
  /** As a user would type it: `hf:org/repo`, a path; for an engine elsewhere the name it has there. */
  readonly reference: string;
  /** The weights on this disk; empty where the engine has its own. */
  readonly file: string;
  readonly sha256: string | undefined;
  readonly roles: readonly Role[];
}

/** What the plan for NVIDIA cards gives one engine. */
export interface CardBudget {
  /** vLLM's flags after the model, one word each. */
  readonly flags: readonly string[];
  /** The plan's own, where an earlier start changed them. */
  readonly tunedFrom?: string;
  /** UUIDs of its cards; their numbers where the driver does not say. */
  readonly devices: readonly string[];
  /** It takes turns with others, so it must be able to sleep. */
  readonly sleeps: boolean;
  readonly tensorParallel: number;
  /** GiB of weights on all its cards together. */
  readonly weightsGib: number;
  /** Its place among the engines that share cards with it, from 0: each starts once the one before is ready. */
  readonly order: number;
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
  /** Where vLLM runs on NVIDIA cards; undefined elsewhere. */
  readonly cards?: CardBudget;
  /** Flags of the engine's own that the user adds, one word each. */
  readonly args?: readonly string[];
  /** Flags of ours that the user takes away, by name: `--gpu-memory-utilization`. */
  readonly removeArgs?: readonly string[];
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

/** One service of a Compose file. */
export interface EngineService {
  /** Its key below `services`, e.g. `vllm-coder`. */
  readonly name: string;
  /** What stands below that key. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Where it answers, on the stack's inner network. */
  readonly endpoint: Endpoint;
}

/** An engine that somebody else runs. */
export interface EngineAddress {
  readonly endpoint: Endpoint;
  /** Its key: in a file, or in a variable of the environment. */
  readonly key?: { readonly file: string } | { readonly variable: string };
  /** The name it knows the model by, when it is another. */
  readonly model?: string;
  /** Tokens in one request, where it says so. */
  readonly contextTokens?: number;
}

/** A model that an engine has by itself. */
export interface OwnModel {
  /** The name it has there. */
  readonly id: string;
  /** Tokens in one request; undefined where it does not say. */
  readonly context: number | undefined;
  readonly tools: boolean;
  readonly reasoning: boolean;
  readonly fim: boolean;
  readonly vision: boolean;
  /** It embeds and does not talk. */
  readonly embeddings: boolean;
}

/** What an engine reads: model files in one of these forms; `nothing` where it has its own. */
export type EngineWeights = 'gguf' | 'safetensors' | 'nothing';

interface EngineBase<Spec> {
  readonly name: EngineName;
  readonly weights: EngineWeights;
  /** Never picked by itself: it costs more than one would spend unasked. */
  readonly onlyWhenAsked: boolean;
  /** Whether it can run here. Pure. */
  probe(report: MachineReport): EngineVerdict;
  /** What exactly will be run. Pure. */
  spec(model: EngineModel, budget: EngineBudget): Spec;
  /** Brings what the spec needs onto this machine; does nothing when it is there. */
  install(spec: Spec, progress: InstallProgress, signal: AbortSignal): Promise<void>;
}

/** An engine that is a process of this machine; answers like vLLM at `endpoint`. */
export interface ProcessEngine<Spec> extends EngineBase<Spec> {
  command(spec: Spec): EngineCommand;
}

/** An engine that is a container of the Compose stack. */
export interface ContainerEngine<Spec> extends EngineBase<Spec> {
  service(spec: Spec): EngineService;
}

/** An engine that runs elsewhere. */
export interface RemoteEngine<Spec> extends EngineBase<Spec> {
  /** What it has, as it said itself. */
  readonly models: readonly OwnModel[];
  address(spec: Spec): EngineAddress;
}

/** An engine is data plus a launcher. `Spec` is JSON; equal specs mean nothing needs a restart. */
export type Engine<Spec> = ProcessEngine<Spec> | ContainerEngine<Spec> | RemoteEngine<Spec>;
