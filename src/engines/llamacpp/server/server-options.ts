import type { Moment } from './answer/chat-plan.ts';
import type { ServedEngine } from './served-engine.ts';

/** What the routes are given. */
export interface ServerOptions {
  readonly engine: ServedEngine;
  /** The engine's own version, for `/version`. */
  readonly version: string;
  /** The time and a random seed for the request that came in now. */
  readonly moment: () => Moment;
  /** Loads the model into the engine again after it was unloaded. Never throws: why it failed is in the engine. */
  readonly load: () => Promise<void>;
  /** One line for the log; never a prompt. */
  readonly log: (line: string) => void;
}
