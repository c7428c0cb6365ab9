import type { Paths } from '../config/paths.ts';
import { acquireLock } from '../system/lock.ts';
import type { System } from '../system/system.ts';
import { changeLock } from './running.ts';

export interface ChangeLockOptions {
  /** The command, for whoever waits. */
  readonly what: string;
  /** How long to wait for another one, ms. */
  readonly waitMs: number;
  readonly onWait?: (holder: { readonly pid: number; readonly what: string }) => void;
  readonly signal: AbortSignal;
}

/**
 * Only one command at a time changes what runs. Returns the way to give the lock back; giving it back twice is no
 * fault. Throws BUSY.
 */
export const holdChangeLock = async (
  system: System,
  paths: Paths,
  options: ChangeLockOptions,
): Promise<() => Promise<void>> => {
  let release: (() => Promise<void>) | undefined = await acquireLock(system, changeLock(paths), options);
  return async () => {
    const once = release;
    release = undefined;
    await once?.();
  };
};
