import type { LlamacppSpec } from '../spec.ts';
import type { Runtime } from './runtime.ts';

export interface RuntimeHooks {
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
export const openRuntime = async (_spec: LlamacppSpec, _hooks: RuntimeHooks = {}): Promise<Runtime> => {
  throw new Error('being built');
};
