import type { Clock } from '../system/clock.ts';

/** Lines on their way to a file or a stream. What comes within a moment goes there in one piece. */
export interface GatheredLines {
  /** Adds a line, with its line end when it has none. Never throws and never waits. */
  add(line: string): void;
  /** Resolves when all that was added so far has gone, or could not. */
  flush(): Promise<void>;
}

/** How long a line waits for others, ms: a write for each costs a busy gateway more than making it. */
const moment = 50;

/** Lines that may wait for a slow disk or reader; more are counted and dropped. */
const maxWaiting = 20_000;

/** `write` is called again when its promise has settled; a failure has nobody to be told to. */
export const gatherLines = (
  clock: Clock,
  write: (lines: readonly string[]) => Promise<void>,
): GatheredLines => {
  let waiting: string[] = [];
  let dropped = 0;
  let writing: Promise<void> | undefined;
  /** Ends the wait for further lines. */
  let hurry = new AbortController();
  let flushes = 0;

  const next = (): readonly string[] => {
    const note = dropped > 0 ? [`(${dropped} lines were dropped: they were not taken fast enough)\n`] : [];
    const lines = [...waiting, ...note];
    waiting = [];
    dropped = 0;
    return lines;
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (flushes === 0) await clock.sleep(moment, hurry.signal).catch(() => {});
      await write(next()).catch(() => {});
    }
    writing = undefined;
  };

  return {
    add: (line) => {
      if (waiting.length >= maxWaiting) {
        dropped++;
        return;
      }
      waiting.push(line.endsWith('\n') ? line : `${line}\n`);
      writing ??= drain();
    },
    flush: async () => {
      flushes += 1;
      hurry.abort();
      while (writing) await writing;
      flushes -= 1;
      hurry = new AbortController();
    },
  };
};
