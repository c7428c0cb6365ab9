import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { type KeyRecord, loadKeys } from '../../config/keys.ts';
import { reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { watchFile } from '../../system/watch-file.ts';
import { environmentKey } from './environment-key.ts';
import { type KeyTable, keyTable } from './key-table.ts';

/** Who may use the gateway, now. */
export interface KeySource {
  /** Whether a request needs a key. Once there was one it stays so: a file that vanishes opens no door. */
  readonly required: boolean;
  /** Whether there is a key that would be accepted. */
  readonly any: boolean;
  /** Finds the record of a plain key, also of one that has expired. Another function after each change. */
  readonly find: KeyTable;
  /** Reads keys.json again now, for disks on which changes cannot be watched. Never rejects. */
  refresh(): Promise<void>;
  close(): void;
}

/** Several changes in a row, as an editor or a rename makes them, are read once. ms. */
const debounceMs = 50;

/** Whether a key is past its time at `now`, ms since 1970. */
export const hasExpired = ({ expiresAt }: KeyRecord, now: number): boolean =>
  expiresAt !== undefined && expiresAt <= now;

/**
 * Reads keys.json and goes on watching it; without a file there is the key of the environment alone. A change that
 * can't be read is reported and the keys from before stay. `wasRequired`: whether a key was needed before.
 * Throws KEY_FILE_UNUSABLE, and FILE_DAMAGED and FILE_TOO_NEW when the first reading fails.
 */
export const openKeySource = async (
  system: System,
  file: string | undefined,
  log: Logger,
  wasRequired = false,
): Promise<KeySource> => {
  const { clock } = system;
  const fixed = await environmentKey(system, log);
  let keys: readonly KeyRecord[] = [];
  let table = keyTable([]);
  let required = wasRequired;
  const take = (read: readonly KeyRecord[]): void => {
    keys = [...fixed, ...read];
    table = keyTable(keys);
    required ||= keys.length > 0;
  };
  take(file === undefined ? [] : await loadKeys(system, file));

  const readAgain = async (from: string): Promise<void> => {
    try {
      take(await loadKeys(system, from));
      log.debug({ keys: keys.length }, 'keys read again');
    } catch (caught) {
      log.error({ problem: reason(caught) }, 'keys cannot be read; the ones from before stay');
    }
  };
  const watch = async (from: string): Promise<() => void> => {
    await system.files.mkdir(dirname(from));
    return watchFile(system, from, debounceMs, () => readAgain(from));
  };
  const stop = file === undefined ? () => {} : await watch(file);

  return {
    get required() {
      return required;
    },
    get any() {
      return keys.some((key) => !hasExpired(key, clock.now()));
    },
    get find() {
      return table;
    },
    refresh: async () => {
      if (file !== undefined) await readAgain(file);
    },
    close: stop,
  };
};
