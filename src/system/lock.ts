import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { failure } from '../errors.ts';
import type { ProcessIdentity } from './processes.ts';
import type { System } from './system.ts';

interface Holder extends ProcessIdentity {
  /** What the holder is doing, in a few words for a person. */
  readonly what: string;
  /** ms since 1970. */
  readonly since: number;
  readonly nonce: string;
}

export interface LockOptions {
  /** What we are doing, shown to whoever waits. */
  readonly what: string;
  /** How long to wait for another holder, ms; 0 fails at once. */
  readonly waitMs?: number;
  /** Told once, when we have to wait. */
  readonly onWait?: (holder: { pid: number; what: string }) => void;
  readonly signal?: AbortSignal;
}

const pollMs = 100;

const read = async (system: System, path: string): Promise<Holder | undefined> => {
  const text = await system.files.readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
};

/**
 * Takes a lock file that names its holder (pid and start time), so that one left by `kill -9` is taken over at once
 * and one held by a living process is waited for, however long it holds it. Works between processes of one machine.
 * Returns the way to give it back. Throws BUSY when the wait is over.
 */
export const acquireLock = async (
  system: System,
  path: string,
  options: LockOptions,
): Promise<() => Promise<void>> => {
  const { files, processes, clock } = system;
  const me = await processes.identify(process.pid);
  if (!me) throw new Error('cannot identify this process');
  const mine: Holder = {
    ...me,
    what: options.what,
    since: clock.now(),
    nonce: randomBytes(8).toString('hex'),
  };
  const until = clock.monotonic() + (options.waitMs ?? 0);
  await files.mkdir(dirname(path));
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await create(system, path, mine)) return () => release(system, path, mine.nonce);
    const holder = await read(system, path);
    if (holder && !(await processes.isAlive(holder))) {
      await takeAway(system, path, holder.nonce);
      continue;
    }
    if (!holder && (await isStaleFragment(system, path))) {
      await files.remove(path);
      continue;
    }
    if (holder && clock.monotonic() >= until) {
      const since = new Date(holder.since).toLocaleTimeString();
      throw failure('BUSY', { what: holder.what, pid: holder.pid, since });
    }
    if (holder && !told) {
      told = true;
      options.onWait?.({ pid: holder.pid, what: holder.what });
    }
    await clock.sleep(pollMs, options.signal);
  }
};

/** Who holds a lock now; undefined when nobody alive does. */
export const lockHolder = async (system: System, path: string): Promise<ProcessIdentity | undefined> => {
  const holder = await read(system, path);
  return holder && (await system.processes.isAlive(holder))
    ? { pid: holder.pid, started: holder.started }
    : undefined;
};

const create = async (system: System, path: string, mine: Holder): Promise<boolean> => {
  try {
    const file = await system.files.open(path, 'create', 0o600);
    await file.write(Buffer.from(JSON.stringify(mine)));
    await file.close();
    return true;
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw caught;
  }
};

/** A holder killed between making its file and writing its name leaves an empty one; nobody needs 2 s for that. */
const isStaleFragment = async (system: System, path: string): Promise<boolean> => {
  const found = await system.files.stat(path);
  return found !== undefined && system.clock.now() - found.modified > 2000;
};

/** Moves a dead holder's file aside by name, so that of two that find it only one takes it away. */
const takeAway = async (system: System, path: string, nonce: string): Promise<void> => {
  const aside = `${path}.${nonce}.dead`;
  try {
    await system.files.rename(path, aside);
  } catch {
    return;
  }
  const moved = await read(system, aside);
  // Someone was quicker and already holds it anew: put their file back.
  if (moved && moved.nonce !== nonce) await system.files.rename(aside, path);
  else await system.files.remove(aside);
};

const release = async (system: System, path: string, nonce: string): Promise<void> => {
  if ((await read(system, path))?.nonce === nonce) await system.files.remove(path);
};

/** Runs `work` while holding the lock at `path`. */
export const withLock = async <T>(
  system: System,
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> => {
  const giveBack = await acquireLock(system, path, options);
  try {
    return await work();
  } finally {
    await giveBack();
  }
};
