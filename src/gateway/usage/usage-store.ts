import { reason } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { type DatabaseFileOptions, openDatabaseFile } from './database-file.ts';
import { type Entries, UsageBook } from './usage-book.ts';
import type { UsageQuery } from './usage-database.ts';

/** Where usage is counted: at once in memory, in batches in gateway.db. Nothing here ever stops a request. */
export interface UsageStore {
  /** Whether what is counted is kept; true until the first attempt to write. */
  readonly saved: boolean;
  /** An exchange is over. `time`: ms since 1970. */
  note(exchange: Exchange, time: number): void;
  /** What was used, also what is not written yet. Only that when gateway.db cannot be read. */
  read(query: UsageQuery): Promise<Entries>;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** ms. */
interface UsageTiming {
  /** From the first request to the batch that it is written with. */
  readonly batch: number;
  /** From an attempt that failed to the next one. */
  readonly retry: number;
}

/** Before the last attempt, at the end. */
const lastPause = 200;

const defaultTiming: UsageTiming = { batch: 5000, retry: 60_000 };

export interface UsageStoreOptions extends DatabaseFileOptions {
  readonly timing?: UsageTiming;
}

const narrowed = ({ days, uses }: Entries, query: UsageQuery): Entries => ({
  days: days.filter(
    ({ day, key, model }) =>
      day >= query.since && (query.key ?? key) === key && (query.model ?? model) === model,
  ),
  uses,
});

/** `newer` counts on; of two last uses the later one holds. */
const merged = (older: Entries, newer: Entries): Entries => {
  const book = new UsageBook(Number.POSITIVE_INFINITY);
  book.putBack(newer);
  book.putBack(older);
  return book.peek();
};

/** For a gateway that has nowhere to write to. */
export const memoryUsage = (): UsageStore => {
  const book = new UsageBook();
  return {
    saved: false,
    note: (exchange, time) => book.note(exchange, time),
    read: async (query) => narrowed(book.peek(), query),
    close: async () => {},
  };
};

export const createUsageStore = ({
  file,
  files,
  clock,
  log,
  timing = defaultTiming,
}: UsageStoreOptions): UsageStore => {
  const book = new UsageBook();
  const database = openDatabaseFile({ file, files, clock, log });
  const closing = new AbortController();
  let saved = true;
  let scheduled = false;
  /** Everything that touches the database happens after each other. */
  let turn: Promise<unknown> = Promise.resolve();

  /** One line when it begins to fail, one when it works again. */
  const tell = (works: boolean, caught?: unknown): void => {
    if (works === saved) return;
    saved = works;
    if (works) log.info({ file }, 'usage is saved again');
    else
      log.warn(
        { file, problem: reason(caught) },
        'usage is counted in memory only: gateway.db cannot be used',
      );
  };

  const write = async (): Promise<void> => {
    if (book.isEmpty) return;
    let taken: Entries | undefined;
    try {
      await database.use(({ add }) => {
        taken ??= book.take();
        add(taken);
      });
      tell(true);
    } catch (caught) {
      if (taken) book.putBack(taken);
      database.letGo();
      tell(false, caught);
    }
  };

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };

  const writeLater = async (): Promise<void> => {
    await clock.sleep(saved ? timing.batch : timing.retry, closing.signal);
    scheduled = false;
    await inTurn(write);
    schedule();
  };

  const schedule = (): void => {
    if (scheduled || book.isEmpty || closing.signal.aborted) return;
    scheduled = true;
    // Rejects only when closed.
    writeLater().catch(() => {});
  };

  return {
    get saved() {
      return saved;
    },
    note: (exchange, time) => {
      book.note(exchange, time);
      if (!scheduled) schedule();
    },
    read: (query) =>
      inTurn(async () => {
        const fresh = narrowed(book.peek(), query);
        try {
          return merged(await database.use(({ read }) => read(query)), fresh);
        } catch (caught) {
          database.letGo();
          tell(false, caught);
          return fresh;
        }
      }),
    close: () => {
      closing.abort();
      return inTurn(async () => {
        const wasSaved = saved;
        await write();
        // Somebody looked into it just then, perhaps.
        if (wasSaved && !saved) await clock.sleep(lastPause).then(write);
        database.letGo();
      });
    },
  };
};
