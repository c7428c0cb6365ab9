import type { ModelStatus } from './models.ts';

/** By model id: the requests that run and those that wait for their turn, now. */
export type Queues = Readonly<Record<string, { readonly running: number; readonly waiting: number }>>;

/** What requests for models came to since the gateway started, and what is open now. */
export interface Traffic {
  readonly requests: number;
  /** Answered with 4xx or 5xx, or broken off. */
  readonly errors: number;
  /** Whose client left before the end of the answer. */
  readonly canceled: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the answers that ended in the last minute, over that minute. */
  readonly tokensPerSecond: number;
  /** Requests of any kind that are open now. */
  readonly open: number;
  /** Answers that go out as events now. */
  readonly streams: number;
}

/** The gateway.yaml that is served, and what became of the last change of it. */
export interface ConfigState {
  /** sha256 of its text; null where it was not read from a file. */
  readonly hash: string | null;
  /** When it was taken over, ms since 1970. */
  readonly loadedAt: number;
  /** Why the file, as it is by now, was refused; what is served is the one from before. */
  readonly problem: string | null;
  /** What of it takes effect only when the gateway is started anew. */
  readonly needsRestart: readonly string[];
}

/** `GET /api/status` of the gateway: what is served now, for the CLI, the TUI and the web UI. */
export interface GatewayStatus {
  readonly schemaVersion: 1;
  /** The version of localai that serves. */
  readonly version: string;
  readonly pid: number;
  /** When it started, ms since 1970. */
  readonly startedAt: number;
  /** s since then, by a clock that never jumps. */
  readonly uptime: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly exposure: 'loopback' | 'lan';
  readonly config: ConfigState;
  readonly models: readonly ModelStatus[];
  readonly queues: Queues;
  readonly traffic: Traffic;
}
