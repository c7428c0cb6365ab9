import type { Wire } from '../client/wire.ts';
import type { Clock } from '../system/clock.ts';
import type { Finding } from './result.ts';
import type { VerifiedModel } from './verified-model.ts';

/** What a check may use. */
export interface Scene {
  readonly wire: Wire;
  /** Whether requests carry a key. */
  readonly keyed: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Those that are verified. */
  readonly models: readonly VerifiedModel[];
  /** Tokens of a long prompt at most; undefined: as many as are read in a few minutes. */
  readonly longestPrompt: 'timely' | 'whole';
  /** How long a model may take until it is loaded, ms. */
  readonly loadMs: number;
}

interface Described {
  readonly id: string;
  /** What must hold, in a few words. */
  readonly title: string;
  /** Takes minutes on a slow machine: left out with --quick. */
  readonly slow?: true;
}

/** A check of the gateway itself. */
export interface GatewayCheck extends Described {
  run(scene: Scene): Promise<Finding>;
}

/** A check of each model. */
export interface ModelCheck extends Described {
  /** The id of the check in which the model has no choice. */
  readonly forced?: string;
  /** What a model must be said to have, or a refusal is no fault: nothing was promised. */
  readonly needs?: keyof VerifiedModel['capabilities'];
  run(scene: Scene, model: VerifiedModel): Promise<Finding>;
}
