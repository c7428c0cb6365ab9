import type { DatabaseSync } from 'node:sqlite';
import { reason } from '../../errors.ts';
import type { Entries, LastUse } from './usage-book.ts';

/** What is asked for. */
export interface UsageQuery {
  /** The first day, in days since 1970. */
  readonly since: number;
  readonly key?: string | undefined;
  readonly model?: string | undefined;
}

/** `gateway.db` while it is open. Its methods throw UsageFault, and are done when they return. */
export interface UsageDatabase {
  /** Adds to what is there: all of it or nothing. */
  add(entries: Entries): void;
  /** Days from `since` on, as the query narrows them, and all last uses. */
  read(query: UsageQuery): Entries;
  close(): void;
}

/** Why gateway.db could not be used. */
export class UsageFault extends Error {
  /** Its content makes no sense, so that it never will. */
  readonly isDamaged: boolean;

  constructor(problem: string, isDamaged = false, cause?: unknown) {
    super(problem, { cause });
    this.isDamaged = isDamaged;
  }
}

const schemaVersion = 1;

const schema = `
CREATE TABLE IF NOT EXISTS usage (
  day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,
  requests INTEGER NOT NULL, errors INTEGER NOT NULL,
  prompt INTEGER NOT NULL, completion INTEGER NOT NULL, unknown INTEGER NOT NULL,
  PRIMARY KEY (day, key, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_use (
  kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${schemaVersion};`;

const addDay = `INSERT INTO usage VALUES (:day, :key, :model, :requests, :errors, :prompt, :completion, :unknown)
ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, errors = errors + excluded.errors,
  prompt = prompt + excluded.prompt, completion = completion + excluded.completion,
  unknown = unknown + excluded.unknown`;

const addUse = `INSERT INTO last_use VALUES (:kind, :id, :name, :at)
ON CONFLICT DO UPDATE SET name = excluded.name, at = max(at, excluded.at)`;

const readDays = `SELECT day, key, model, requests, errors, prompt, completion, unknown FROM usage
WHERE day >= :since AND key = ifnull(:key, key) AND model = ifnull(:model, model)`;

const readUses = 'SELECT kind, id, name, at FROM last_use';

/** SQLITE_CORRUPT and SQLITE_NOTADB; the higher bits of a code only say more. */
const damaged = new Set([11, 26]);

const faultOf = (caught: unknown): UsageFault => {
  if (caught instanceof UsageFault) return caught;
  const { errcode } = caught as { errcode?: unknown };
  const isDamaged = typeof errcode === 'number' && damaged.has(errcode & 0xff);
  return new UsageFault(reason(caught), isDamaged, caught);
};

const guarded = <T>(work: () => T): T => {
  try {
    return work();
  } catch (caught) {
    throw faultOf(caught);
  }
};

/** Node 22 warns that SQLite is an experiment, which its users can do nothing about. */
const importQuietly = async (): Promise<typeof import('node:sqlite')> => {
  const { emitWarning } = process;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
};

/** Loaded when the first line is to be written, once for the process. */
let loaded: Promise<typeof import('node:sqlite')> | undefined;

const library = (): Promise<typeof import('node:sqlite')> => {
  loaded ??= importQuietly();
  return loaded;
};

/** Throws UsageFault where the file is of a newer version: what we don't know we don't touch. */
const prepare = (database: DatabaseSync): void => {
  const found = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (found > schemaVersion) {
    throw new UsageFault(
      `it is of version ${found}, and this localai knows ${schemaVersion}: update localai`,
    );
  }
  // A crash of the machine may cost the last seconds, never the file; only a checkpoint waits for the disk.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  if (found < schemaVersion) database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
};

const use = (database: DatabaseSync): UsageDatabase => {
  const statements = {
    addDay: database.prepare(addDay),
    addUse: database.prepare(addUse),
    readDays: database.prepare(readDays),
    readUses: database.prepare(readUses),
  };
  const addAll = ({ days, uses }: Entries): void => {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const row of days) statements.addDay.run({ ...row });
      for (const row of uses) statements.addUse.run({ ...row });
      database.exec('COMMIT');
    } catch (caught) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw caught;
    }
  };
  return {
    add: (entries) => guarded(() => addAll(entries)),
    read: ({ since, key = null, model = null }) =>
      guarded(() => ({
        days: statements.readDays.all({ since, key, model }) as unknown as Entries['days'],
        uses: statements.readUses.all() as unknown as readonly LastUse[],
      })),
    close: () => database.close(),
  };
};

/** Opens `gateway.db` and makes it where there is none; its folder must be there. Throws UsageFault, also when it is locked. */
export const openUsageDatabase = async (file: string): Promise<UsageDatabase> => {
  try {
    const { DatabaseSync } = await library();
    const database = new DatabaseSync(file);
    try {
      prepare(database);
      return use(database);
    } catch (caught) {
      database.close();
      throw caught;
    }
  } catch (caught) {
    throw faultOf(caught);
  }
};
