import type { Readable } from 'node:stream';
import type { Paths } from './config/paths.ts';
import type { Config, Settings } from './config/schema.ts';
import type { Output } from './output/output.ts';
import type { System } from './system/system.ts';

/** What is typed or piped in. */
type Input = Readable & { readonly isTTY?: boolean };

/** What every command is handed; there are no globals. */
export interface Context {
  readonly system: System;
  readonly paths: Paths;
  readonly output: Output;
  /** `localai` or `npx localai`: what the user typed, for the commands we advise. */
  readonly invocation: string;
  readonly version: string;
  /** The installed package's folder: where dist/, templates/ and webui-dist/ lie. */
  readonly packageFolder: string;
  /** stdin, unless a test gives its own; only looking at it opens it. */
  readonly input: Input;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** While somebody listens, SIGHUP asks for that instead of for the end. Returns the way to stop listening. */
  onHangup(listener: () => void): () => void;
  /** Answers yes to every question (`--yes`). */
  readonly assumeYes: boolean;
  /** Loads the settings: defaults < config.yaml < LOCALAI_* < the flags given here. */
  config(flags?: Partial<Settings>): Promise<Config>;
  /** Ends the process with this code without an error message (the command has said what it had to). */
  exit(code: number): void;
}
