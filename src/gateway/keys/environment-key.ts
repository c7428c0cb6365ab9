import type { Logger } from 'pino';
import { hashKey, type KeyRecord, keyScopes } from '../../config/keys.ts';
import { failure, reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** Shorter ones can be guessed; ours have 47 characters. */
const shortest = 16;

/** The key in the file that API_KEY_FILE names, as container secrets are given. Throws KEY_FILE_UNUSABLE. */
const keyInFile = async ({ files }: System, file: string): Promise<string> => {
  const text = await files.readText(file).catch((caught: unknown) => {
    throw failure('KEY_FILE_UNUSABLE', { file, problem: `cannot be read (${reason(caught)})` }, caught);
  });
  if (text === undefined) throw failure('KEY_FILE_UNUSABLE', { file, problem: 'does not exist' });
  const plain = text.trim();
  if (plain === '') throw failure('KEY_FILE_UNUSABLE', { file, problem: 'is empty' });
  return plain;
};

/**
 * A key given to `serve` from outside: in the file that API_KEY_FILE names, else in API_KEY. It may do everything.
 * Throws KEY_FILE_UNUSABLE: a secret that was meant to be there must not be missed in silence.
 */
export const environmentKey = async (system: System, log: Logger): Promise<readonly KeyRecord[]> => {
  const file = system.env['API_KEY_FILE'];
  const plain = file ? await keyInFile(system, file) : system.env['API_KEY']?.trim();
  if (!plain) return [];
  const from = file ? 'API_KEY_FILE' : 'API_KEY';
  log.info(`the key in ${from} is accepted`);
  if (plain.length < shortest) log.warn(`the key in ${from} is short enough to be guessed`);
  return [
    { id: 'environment', name: 'environment', sha256: hashKey(plain), scopes: [...keyScopes], createdAt: 0 },
  ];
};
