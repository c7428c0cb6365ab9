import type { Paths } from '../config/paths.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';

/** `stack.json`: what `up` started and why; the only thing other commands need to find the running server. */
export interface StackRecord {
  readonly schemaVersion: 1;
  /** The version of localai that started it. */
  readonly version: string;
  /** The detached `localai serve`. */
  readonly process: ProcessIdentity;
  readonly gateway: { readonly host: string; readonly port: number; readonly url: string };
  /** Lines that say what `up` decided and why. */
  readonly decisions: readonly string[];
  /** ms since 1970. */
  readonly startedAt: number;
}

/** The record, when there is one and its process still lives; undefined otherwise. */
export const readRunning = async (_system: System, _paths: Paths): Promise<StackRecord | undefined> =>
  undefined;
