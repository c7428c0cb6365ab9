import type { System } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import type { Runtime } from './runtime.ts';

/** Where the runtime lives: the outside world, and who wants to hear of it. */
export interface RuntimeHost {
  readonly system: System;
  /** How far loading is, 0…1. */
  readonly onLoadProgress?: (share: number) => void;
  /** One line for the engine's log: what was decided or went wrong; never a prompt. */
  readonly onLog?: (line: string) => void;
  /** Stops loading. */
  readonly signal?: AbortSignal;
}

/**
 * Loads the library and the model and measures the threads. Throws ENGINE_LOAD (with the library's last log line)
 * when the model cannot be loaded and ENGINE_UNAVAILABLE when the library cannot.
 */
export const openRuntime = async (_spec: LlamacppSpec, _host: RuntimeHost): Promise<Runtime> => {
  throw new Error('being built');
};
