import { basename, dirname } from 'node:path';
import type { Logger } from 'pino';
import { hashKey, type KeyRecord, keyScopes, loadKeys } from '../../config/keys.ts';
import { reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { keyTable } from './key-table.ts';

/** Who may use the gateway, now. */
export interface KeySource {
  /** Whether a request needs a key. Once there was one it stays so: a file that vanishes opens no door. */
  readonly required: boolean;
  /** Whether there is a key that would be accepted. */
  readonly any: boolean;
  find(plain: string): KeyRecord | undefined;
  close(): void;
}

/** Several changes in a row, as an editor or a rename makes them, are read once. ms. */
const debounceMs = 50;

/** A key given in the environment of `serve`, or in the file that API_KEY_FILE names, as container secrets are. */
const environmentKey = async ({ env, files }: System): Promise<readonly KeyRecord[]> => {
  const file = env['API_KEY_FILE'];
  const plain = (file ? await files.readText(file) : env['API_KEY'])?.trim();
  if (!plain) return [];
  return [
    { id: 'environment', name: 'environment', sha256: hashKey(plain), scopes: [...keyScopes], createdAt: 0 },
  ];
};

/**
 * Reads keys.json and goes on watching it. A change that can't be read is reported and the keys from before stay.
 * Throws FILE_DAMAGED and FILE_TOO_NEW when the first reading fails.
 */
export const openKeySource = async (system: System, file: string, log: Logger): Promise<KeySource> => {
  const { clock, files } = system;
  const fixed = await environmentKey(system);
  let keys: readonly KeyRecord[] = [];
  let table = keyTable([]);
  let required = false;
  const take = (read: readonly KeyRecord[]): void => {
    keys = [...fixed, ...read];
    table = keyTable(keys);
    required ||= keys.length > 0;
  };
  take(await loadKeys(system, file));

  const closed = new AbortController();
  let pending = false;
  const reload = async (): Promise<void> => {
    await clock.sleep(debounceMs, closed.signal);
    pending = false;
    try {
      take(await loadKeys(system, file));
      log.info({ keys: keys.length }, 'keys read again');
    } catch (caught) {
      log.error({ problem: reason(caught) }, 'keys cannot be read; the ones from before stay');
    }
  };
  const onChange = (name: string | undefined): void => {
    if (pending || (name !== undefined && name !== basename(file))) return;
    pending = true;
    // Rejects only when closed.
    reload().catch(() => {});
  };
  await files.mkdir(dirname(file));
  const stop = files.watch(dirname(file), onChange);
  // What changed between the first reading and the watch.
  onChange(undefined);

  return {
    get required() {
      return required;
    },
    get any() {
      return keys.length > 0;
    },
    find: (plain) => table(plain, clock.now()),
    close: () => {
      closed.abort();
      stop();
    },
  };
};
