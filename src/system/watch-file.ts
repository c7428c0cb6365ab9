import { basename, dirname } from 'node:path';
import type { Clock } from './clock.ts';
import type { Files } from './files.ts';

/** What a watcher may name when `file` changed. A mounted secret or setting changes by a link beside it, `..data`. */
const concerns = (file: string, name: string | undefined): boolean =>
  name === undefined || name === basename(file) || name.startsWith('..');

/**
 * Calls `read` after each change of a file, one call after the other, and once at the beginning, for what changed until
 * then. Its folder is watched, so that a rename onto it is a change, too, and one that comes back is found. Several
 * changes within `quietMs`, as editors make them, are one. Returns the way to stop.
 */
export const watchFile = (
  { clock, files }: { readonly clock: Clock; readonly files: Pick<Files, 'watch'> },
  file: string,
  quietMs: number,
  read: () => Promise<void>,
): (() => void) => {
  const closed = new AbortController();
  let pending = false;
  let last: Promise<void> = Promise.resolve();
  const readSoon = async (before: Promise<void>): Promise<void> => {
    await clock.sleep(quietMs, closed.signal);
    pending = false;
    await before;
    await read();
  };
  const onChange = (name: string | undefined): void => {
    if (pending || !concerns(file, name)) return;
    pending = true;
    // Rejects only when closed.
    last = readSoon(last).catch(() => {});
  };
  const unwatch = files.watch(dirname(file), onChange);
  onChange(undefined);
  return () => {
    closed.abort();
    unwatch();
  };
};
