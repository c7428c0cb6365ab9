import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { failure, reason } from '../errors.ts';
import { withLock } from '../system/lock.ts';
import type { System } from '../system/system.ts';
import type { Paths } from './paths.ts';

/** `keys.json`: who may use the gateway. Only hashes; a key itself is shown once, when it is made. */

const keysSchemaVersion = 1;

/** What a key is good for. */
export const keyScopes = ['inference', 'metrics', 'admin'] as const;

/** How urgent a key's requests are, most urgent first. */
export const keyPriorities = ['autocomplete', 'chat', 'batch'] as const;

const keyRecord = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  /** Of the whole key as it is sent, lower-case hexadecimal. A 256-bit random key needs no slow hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(keyScopes)),
  /** ms since 1970. */
  createdAt: z.number(),
  /** ms since 1970; absent: never. */
  expiresAt: z.number().optional(),
  /** Ids or roles of the models that it may use; absent: all. */
  models: z.array(z.string()).optional(),
  /** Absent: as many as it likes. */
  requestsPerMinute: z.int().positive().optional(),
  /** Requests open at once; absent: as many as it likes. */
  parallel: z.int().positive().optional(),
  /** Absent: as the request says, or looks. */
  priority: z.enum(keyPriorities).optional(),
});

/** What a later version may have added to a key is kept when the file is written anew. */
const keysFormat = z.object({
  schemaVersion: z.literal(keysSchemaVersion),
  keys: z.array(keyRecord.loose()),
});

export type KeyRecord = z.infer<typeof keyRecord>;

/** The id and name of the key that `up` makes; there is one. */
export const ownerId = 'owner';

/** The form in which a key is kept. */
export const hashKey = (plain: string): string => createHash('sha256').update(plain).digest('hex');

/** A key, and what is kept of it. */
export interface MadeKey {
  readonly plain: string;
  readonly record: KeyRecord;
}

/** A new 256-bit key for `holder`; `plain` is not kept anywhere. */
export const makeKey = (holder: Omit<KeyRecord, 'sha256' | 'createdAt'>, now: number): MadeKey => {
  const plain = `lai-${randomBytes(32).toString('base64url')}`;
  return { plain, record: { ...holder, sha256: hashKey(plain), createdAt: now } };
};

const makeOwnerKey = (now: number): MadeKey =>
  makeKey({ id: ownerId, name: ownerId, scopes: [...keyScopes] }, now);

/** Reads keys.json; empty when there is none. Throws FILE_TOO_NEW or FILE_DAMAGED. */
export const loadKeys = async (system: System, file: string): Promise<readonly KeyRecord[]> => {
  const text = await system.files.readText(file);
  if (text === undefined) return [];
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (caught) {
    throw failure('FILE_DAMAGED', { file, problem: reason(caught) }, caught);
  }
  const version = (found as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > keysSchemaVersion) {
    throw failure('FILE_TOO_NEW', { file, found: version, known: keysSchemaVersion });
  }
  const parsed = keysFormat.safeParse(found);
  if (!parsed.success) throw failure('FILE_DAMAGED', { file, problem: z.prettifyError(parsed.error) });
  return parsed.data.keys;
};

export const saveKeys = (system: System, file: string, keys: readonly KeyRecord[]): Promise<void> => {
  const content = `${JSON.stringify({ schemaVersion: keysSchemaVersion, keys }, undefined, 2)}\n`;
  return system.files.writeAtomic(file, content, 0o600);
};

/** The owner's plain key; undefined when none was made yet. */
export const readOwnerKey = async (system: System, paths: Paths): Promise<string | undefined> =>
  (await system.files.readText(paths.ownerKeyFile))?.trim() || undefined;

/** Does `work` while nobody else changes keys. */
export const lockedKeys = <T>(system: System, paths: Paths, work: () => Promise<T>): Promise<T> =>
  withLock(system, join(paths.locks, 'keys.lock'), { what: 'changing API keys', waitMs: 10_000 }, work);

/** The plain file comes first: a key that is known but not yet accepted is put right by `ensureOwnerKey`. */
const replaceOwner = async (system: System, paths: Paths, others: readonly KeyRecord[]): Promise<string> => {
  const { plain, record } = makeOwnerKey(system.clock.now());
  await system.files.writeAtomic(paths.ownerKeyFile, `${plain}\n`, 0o600);
  await saveKeys(system, paths.keysFile, [...others, record]);
  return plain;
};

/** Makes the owner's key when there is none and sees to it that keys.json accepts it. Returns the plain key. */
export const ensureOwnerKey = (system: System, paths: Paths): Promise<string> =>
  lockedKeys(system, paths, async () => {
    const keys = await loadKeys(system, paths.keysFile);
    const others = keys.filter((key) => key.id !== ownerId);
    const plain = await readOwnerKey(system, paths);
    if (plain === undefined) return replaceOwner(system, paths, others);
    const sha256 = hashKey(plain);
    if (!keys.some((key) => key.id === ownerId && key.sha256 === sha256)) {
      const { record } = makeOwnerKey(system.clock.now());
      await saveKeys(system, paths.keysFile, [...others, { ...record, sha256 }]);
    }
    return plain;
  });

/** Replaces the owner's key; the old one stops working at once. Returns the new plain key. */
export const rotateOwnerKey = (system: System, paths: Paths): Promise<string> =>
  lockedKeys(system, paths, async () => {
    const keys = await loadKeys(system, paths.keysFile);
    return replaceOwner(
      system,
      paths,
      keys.filter((key) => key.id !== ownerId),
    );
  });
