import { join } from 'node:path';
import type { Paths } from '../config/paths.ts';
import { lockHolder } from '../system/lock.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';
import { readRunning, type StackRecord } from './record.ts';

/** Held by `serve` for as long as it lives: one server per home, found even before it listens. */
export const serveLock = (paths: Paths): string => join(paths.locks, 'serve.lock');

/** Held by `up`, `down` and `restart` while they change what runs. */
export const changeLock = (paths: Paths): string => join(paths.locks, 'change.lock');

/** The process that serves, also one that has not got far enough to leave a record. */
export const findServer = async (system: System, paths: Paths): Promise<ProcessIdentity | undefined> =>
  (await lockHolder(system, serveLock(paths))) ?? (await readRunning(system, paths))?.process;

/** How long a server may take from its first step to its record, ms. */
const startingMs = 10_000;

/**
 * The record of the server that runs. One that is just starting, because the `up` that started it was killed, is
 * waited for, so that it is not taken for a stranger on our port.
 */
export const settledServer = async (system: System, paths: Paths): Promise<StackRecord | undefined> => {
  const until = system.clock.monotonic() + startingMs;
  for (;;) {
    const starting = await lockHolder(system, serveLock(paths));
    const record = await readRunning(system, paths);
    if (record || !starting || system.clock.monotonic() >= until) return record;
    await system.clock.sleep(50);
  }
};
