/**
 * What the parts tell each other about the models that are served. Part of the wire contract: `/api/status` carries
 * `ModelStatus`, and the same words appear in `/ready`, `/v1/models` and `localai status --json`.
 */

/** What a model is used for. `coder` and `general` are what requests are routed to by default. */
export type Role = 'coder' | 'general' | 'autocomplete' | 'embedding';

export type EngineName = 'llamacpp' | 'llama-server' | 'vllm-compose' | 'vllm-native' | 'remote';

/** Where an engine answers HTTP: over TCP, or on a Unix socket. */
export type Endpoint = { readonly url: string } | { readonly socket: string };

/**
 * `stopped` nobody asked for it · `loading` on its way · `ready` answers · `sleeping` can be woken quickly ·
 * `error` will not come by itself; `fault` says why.
 */
export type ModelState = 'stopped' | 'loading' | 'ready' | 'sleeping' | 'error';

/** What went wrong, in the words of the error registry. `{localai}` in `hint` is replaced when it is shown. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface ModelStatus {
  /** The id in `/v1/models` and in requests. */
  readonly id: string;
  readonly roles: readonly Role[];
  readonly state: ModelState;
  readonly engine: EngineName;
  /** What the engine computes on, e.g. `cpu`, `cuda`, `metal`; null until it is known. */
  readonly backend: string | null;
  /** The model file or the address it is served from. */
  readonly file: string;
  /** Tokens that fit in one request, prompt and answer together; null until the engine has said so. */
  readonly context: number | null;
  /** Requests that the engine can work on at once; absent or null when it is not known. */
  readonly parallel?: number | null;
  /** Measured decode speed, tokens per second, of one request alone; null until it was measured. */
  readonly tokensPerSecond: number | null;
  /** What it is doing while `loading`, for a person. */
  readonly phase: string | null;
  /** In about how many seconds it answers, while it is loaded or waits for another one to make room; null: not known. */
  readonly readyIn?: number | null;
  readonly fault: Fault | null;
  /** The engine's process; null when it has none of ours. */
  readonly pid: number | null;
  /** How often it was started again since it last ran well. */
  readonly restarts: number;
}

export type ModelEvent = { readonly type: 'model'; readonly model: ModelStatus };

/**
 * The gateway's only way to influence engines. On the host the supervisor is one; in Compose one over vLLM's sleep
 * routes and the state volume.
 */
export interface ModelControl {
  list(): readonly ModelStatus[];
  /** Resolves once the model answers. Rejects with a registry error when it will not. */
  ensureReady(id: string, signal: AbortSignal): Promise<void>;
  /** Gives back what can be had back quickly. */
  sleep(id: string): Promise<void>;
  /** Ends the engine; `ensureReady` starts it again. */
  unload(id: string): Promise<void>;
  /** Changes from now on, until the consumer returns. */
  events(): AsyncIterable<ModelEvent>;
}

/** The format of `state.json`, written per engine by the host supervisor and, in Compose, by `engine-run`. */
export interface EngineStateFile {
  readonly schemaVersion: 1;
  readonly phase: 'starting' | 'loading' | 'running' | 'crashed' | 'stopped' | 'gave-up';
  /** 1 for the first start. */
  readonly attempt: number;
  readonly pid: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The failure's class, or null. */
  readonly class: string | null;
  /** Times of the crashes that count against the budget, ms since 1970. */
  readonly crashes: readonly number[];
  /** ms since 1970. */
  readonly since: number;
  /** Why it is not running, for people; `engine-run` leaves it out. */
  readonly fault?: Fault | null | undefined;
}
