import { basename, dirname } from 'node:path';
import type { Logger } from 'pino';
import { type KeyRecord, loadKeys } from '../../config/keys.ts';
import { reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { environmentKey } from './environment-key.ts';
import { keyTable } from './key-table.ts';

/** Who may use the gateway, now. */
export interface KeySource {
  /** Whether a request needs a key. Once there was one it stays so: a file that vanishes opens no door. */
  readonly required: boolean;
  /** Whether there is a key that would be accepted. */
  readonly any: boolean;
  /** The record of a plain key, also of one that has expired. */
  find(plain: string): KeyRecord | undefined;
  close(): void;
}

/** Several changes in a row, as an editor or a rename makes them, are read once. ms. */
const debounceMs = 50;

/** Whether a key is past its time at `now`, ms since 1970. */
export const hasExpired = ({ expiresAt }: KeyRecord, now: number): boolean =>
  expiresAt !== undefined && expiresAt <= now;

/** What a watcher may name when `file` changed. A mounted secret changes by a link beside it, `..data`. */
const concerns = (file: string, name: string | undefined): boolean =>
  name === undefined || name === basename(file) || name.startsWith('..');

/**
 * Reads keys.json and goes on watching it; without a file there is the key of the environment alone. A change that
 * can't be read is reported and the keys from before stay.
 * Throws KEY_FILE_UNUSABLE, and FILE_DAMAGED and FILE_TOO_NEW when the first reading fails.
 */
export const openKeySource = async (
  system: System,
  file: string | undefined,
  log: Logger,
): Promise<KeySource> => {
  const { clock } = system;
  const fixed = await environmentKey(system, log);
  let keys: readonly KeyRecord[] = [];
  let table = keyTable([]);
  let required = false;
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
  const stop = file === undefined ? () => {} : await watch(system, file, () => readAgain(file));

  return {
    get required() {
      return required;
    },
    get any() {
      return keys.some((key) => !hasExpired(key, clock.now()));
    },
    find: (plain) => table(plain),
    close: stop,
  };
};

/** Calls `read` after each change, one call after the other; once at the beginning, for what changed until then. */
const watch = async (
  { clock, files }: System,
  file: string,
  read: () => Promise<void>,
): Promise<() => void> => {
  const closed = new AbortController();
  let pending = false;
  let last: Promise<void> = Promise.resolve();
  const readSoon = async (before: Promise<void>): Promise<void> => {
    await clock.sleep(debounceMs, closed.signal);
    pending = false;
    await before;
    await read();
  };
  const onChange = (name: string | undefined): void => {
    if (pending || !concerns(file, name)) return;
    pending = true;
    // Rejects only when closed.
    last = readSoon(last).catch(() => {});
  };
  await files.mkdir(dirname(file));
  const unwatch = files.watch(dirname(file), onChange);
  onChange(undefined);
  return () => {
    closed.abort();
    unwatch();
  };
};
