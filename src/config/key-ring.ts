import { randomBytes } from 'node:crypto';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { type KeyRecord, loadKeys, lockedKeys, type MadeKey, makeKey, ownerId, saveKeys } from './keys.ts';
import { nearest } from './nearest.ts';
import type { Paths } from './paths.ts';

/** Making, replacing and taking away keys in a keys.json. A running gateway follows at once. */

/** What a new key is to be. */
export type KeyWish = Omit<KeyRecord, 'id' | 'sha256' | 'createdAt'>;

/** Where the keys are; of the paths only the lock is used, which is one for all files. */
export interface KeyRing {
  readonly system: System;
  readonly paths: Paths;
  readonly file: string;
}

/** Letters, figures and a few signs: names stand in headers, logs and on command lines. */
const nameForm = /^[\w][\w.@+-]{0,63}$/;

/** The owner's key, the one in API_KEY, and in logs and figures whoever has none. */
const reserved: ReadonlySet<string> = new Set([ownerId, 'environment', 'anyone']);

const isNamed = (name: string) => (key: KeyRecord) => key.name.toLowerCase() === name.toLowerCase();

/** The key with that name, whatever its capitals. Throws KEY_UNKNOWN with the nearest name. */
export const keyNamed = (keys: readonly KeyRecord[], name: string): KeyRecord => {
  const found = keys.find(isNamed(name));
  if (found) return found;
  const near = nearest(
    name,
    keys.map((key) => key.name),
  );
  throw failure('KEY_UNKNOWN', { name, nearest: near === undefined ? '' : `Did you mean ${near}? ` });
};

const change = <T>(
  { system, paths, file }: KeyRing,
  work: (keys: readonly KeyRecord[]) => { readonly keys: readonly KeyRecord[]; readonly result: T },
): Promise<T> =>
  lockedKeys(system, paths, async () => {
    const { keys, result } = work(await loadKeys(system, file));
    await saveKeys(system, file, keys);
    return result;
  });

/** Makes a key. Throws KEY_NAME and KEY_EXISTS. */
export const createKey = (ring: KeyRing, wish: KeyWish): Promise<MadeKey> => {
  const { name } = wish;
  if (!nameForm.test(name) || reserved.has(name.toLowerCase())) throw failure('KEY_NAME', { name });
  return change(ring, (keys) => {
    if (keys.some(isNamed(name))) throw failure('KEY_EXISTS', { name });
    const holder = { id: randomBytes(9).toString('base64url'), ...wish };
    const result = makeKey(holder, ring.system.clock.now());
    return { keys: [...keys, result.record], result };
  });
};

/** Replaces a key by a new one with the same id, scopes and limits. Throws KEY_UNKNOWN. */
export const rotateKey = (
  ring: KeyRing,
  name: string,
  changed: Pick<KeyRecord, 'expiresAt'>,
): Promise<MadeKey> =>
  change(ring, (keys) => {
    const old = keyNamed(keys, name);
    const result = makeKey({ ...old, ...changed }, ring.system.clock.now());
    return { keys: keys.map((key) => (key === old ? result.record : key)), result };
  });

/** Takes a key away. Throws KEY_UNKNOWN, and KEY_IS_OWNER for the owner's. */
export const revokeKey = (ring: KeyRing, name: string): Promise<KeyRecord> =>
  change(ring, (keys) => {
    const result = keyNamed(keys, name);
    if (result.id === ownerId) throw failure('KEY_IS_OWNER', {});
    return { keys: keys.filter((key) => key !== result), result };
  });
