import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../system/clock.ts';
import type { Files } from '../../system/files.ts';
import { openUsageDatabase, type UsageDatabase, UsageFault } from './usage-database.ts';

export interface DatabaseFileOptions {
  /** gateway.db. */
  readonly file: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Logger;
}

/** gateway.db, opened when it is needed, and anew when somebody removed or replaced it. */
export interface DatabaseFile {
  /** Throws UsageFault and what opening a file throws. A damaged file is put aside, and `work` gets a new one. */
  use<T>(work: (database: UsageDatabase) => T): Promise<T>;
  /** Closes it until it is needed again. */
  letGo(): void;
}

export const openDatabaseFile = ({ file, files, clock, log }: DatabaseFileOptions): DatabaseFile => {
  /** With the file it is: one that is no longer at its place is no longer there for anyone else. */
  let opened: { readonly database: UsageDatabase; readonly inode: number | undefined } | undefined;

  const letGo = (): void => {
    try {
      opened?.database.close();
    } catch {
      // It is given up anyway.
    }
    opened = undefined;
  };

  /** What nobody can read is kept for whoever wants to look. */
  const putAside = async ({ message }: Error): Promise<void> => {
    letGo();
    const aside = `${file}.damaged-${new Date(clock.now()).toISOString().replace(/\D/g, '')}`;
    await files.rename(file, aside);
    await Promise.all(['-wal', '-shm'].map((end) => files.remove(`${file}${end}`)));
    log.warn(
      { problem: message, aside },
      'gateway.db is damaged: it was put aside, and usage begins at zero',
    );
  };

  const open = async (): Promise<UsageDatabase> => {
    await files.mkdir(dirname(file), 0o700);
    // SQLite would let everyone read it; what it makes beside the file takes over the mode.
    await (await files.open(file, 'append', 0o600)).close();
    const database = await openUsageDatabase(file);
    opened = { database, inode: (await files.stat(file))?.inode };
    return database;
  };

  const current = async (): Promise<UsageDatabase> => {
    if (opened && (await files.stat(file))?.inode !== opened.inode) letGo();
    return opened?.database ?? open();
  };

  return {
    use: async (work) => {
      try {
        return work(await current());
      } catch (caught) {
        if (!(caught instanceof UsageFault && caught.isDamaged)) throw caught;
        await putAside(caught);
        return work(await current());
      }
    },
    letGo,
  };
};
