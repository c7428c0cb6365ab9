import { basename, join } from 'node:path';
import type { Paths } from '../config/paths.ts';
import type { Files } from '../system/files.ts';
import type { System } from '../system/system.ts';

/** One line of one log. */
export interface LogLine {
  /** The log's name: `gateway`, `engine-…`. */
  readonly log: string;
  readonly line: string;
}

/** The log files there are now. */
export const logFiles = async (files: Files, paths: Paths): Promise<readonly string[]> =>
  (await files.list(paths.logs))
    .filter((name) => /^(gateway|serve-console|engine-.*)\.log$/.test(name))
    .map((name) => join(paths.logs, name));

export const logName = (file: string): string => basename(file, '.log');

/** The end of a file that is looked at for its last lines, bytes. */
const tailBytes = 4 * 1024 * 1024;

/** The last lines of a file and the size up to which they go. */
const tail = async (
  files: Files,
  file: string,
  count: number,
): Promise<{ readonly lines: readonly string[]; readonly size: number }> => {
  const size = (await files.stat(file))?.size ?? 0;
  if (size === 0) return { lines: [], size };
  const opened = await files.open(file, 'read');
  try {
    const from = Math.max(0, size - tailBytes);
    const text = Buffer.from(await opened.read(from, size - from)).toString('utf8');
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return { lines: count === 0 ? [] : lines.slice(-count), size };
  } finally {
    await opened.close();
  }
};

/** What was added to a file since it had `size` bytes; a file that was put aside and begun anew is read from its start. */
const added = async (
  files: Files,
  file: string,
  size: number,
): Promise<{ readonly text: string; readonly size: number }> => {
  const now = (await files.stat(file))?.size ?? 0;
  const from = now < size ? 0 : size;
  if (now === from) return { text: '', size: now };
  const opened = await files.open(file, 'read');
  try {
    return { text: Buffer.from(await opened.read(from, now - from)).toString('utf8'), size: now };
  } finally {
    await opened.close();
  }
};

const pollMs = 200;

export interface OpenLogs {
  /** The last lines there were, log by log. */
  readonly last: readonly LogLine[];
  /** All that is added after those, until the signal is aborted. */
  follow(signal: AbortSignal): AsyncIterable<LogLine>;
}

/** Reads the last `count` lines of each of these logs. */
export const openLogs = async (
  { files, clock }: System,
  logs: readonly string[],
  count: number,
): Promise<OpenLogs> => {
  const tails = await Promise.all(logs.map(async (file) => ({ file, ...(await tail(files, file, count)) })));
  const places = tails.map(({ file, size }) => ({ file, size, rest: '' }));
  return {
    last: tails.flatMap(({ file, lines }) => lines.map((line) => ({ log: logName(file), line }))),
    follow: async function* (signal) {
      while (!signal.aborted) {
        for (const place of places) {
          const { text, size } = await added(files, place.file, place.size);
          const lines = (place.rest + text).split('\n');
          place.rest = lines.pop() ?? '';
          place.size = size;
          for (const line of lines) yield { log: logName(place.file), line };
        }
        await clock.sleep(pollMs, signal).catch(() => {});
      }
    },
  };
};
