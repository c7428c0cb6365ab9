import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import { acquireLock } from '../system/lock.ts';
import type { System } from '../system/system.ts';
import { removeRecord, type StackRecord, writeRecord } from './record.ts';
import { serveLock } from './running.ts';
import { sweepEngines } from './sweep.ts';

export interface HeldServer {
  /** Tells the other commands where we listen and what we serve; again when that changes. */
  announce(where: Pick<StackRecord, 'gateway' | 'configHash' | 'version'>): Promise<void>;
  /** Takes the announcement back and lets another one serve. */
  release(): Promise<void>;
}

/**
 * Makes this process the one server of this home, and ends engines that an earlier one left. Throws BUSY when another
 * one serves.
 */
export const holdServer = async (system: System, paths: Paths): Promise<HeldServer> => {
  const me = await system.processes.identify(process.pid);
  if (!me) throw failure('BUG', { problem: 'this process cannot be identified' });
  const unlock = await acquireLock(system, serveLock(paths), { what: 'serve' });
  await sweepEngines(system, paths.runtime);
  const startedAt = system.clock.now();
  return {
    announce: ({ gateway, configHash, version }) =>
      writeRecord(system, paths, {
        schemaVersion: 1,
        version,
        process: me,
        gateway,
        configHash,
        startedAt,
      }),
    release: async () => {
      await removeRecord(system, paths, me);
      await unlock();
    },
  };
};
