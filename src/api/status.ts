import type { ModelStatus } from './models.ts';

/** `GET /api/status` of the gateway: what is served now, for the CLI, the TUI and the web UI. */
export interface GatewayStatus {
  readonly schemaVersion: 1;
  /** The version of localai that serves. */
  readonly version: string;
  readonly pid: number;
  /** When it started, ms since 1970. */
  readonly startedAt: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly exposure: 'loopback' | 'lan';
  readonly models: readonly ModelStatus[];
  /** By model id: the requests that run and those that wait for their turn, now. */
  readonly queues: Readonly<Record<string, { readonly running: number; readonly waiting: number }>>;
}
