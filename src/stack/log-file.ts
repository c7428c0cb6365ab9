import { basename, dirname, join } from 'node:path';
import type { Clock } from '../system/clock.ts';
import type { Files, OpenFile } from '../system/files.ts';
import { gatherLines } from './gathered-lines.ts';

/** When a log file is put aside, and how many of those stay. */
export interface Rotation {
  /** Bytes after which the file is put aside. */
  readonly maxBytes: number;
  /** Old files that stay; all that the other limits allow when absent. */
  readonly keepFiles?: number;
  /** Bytes that all old files may have together. */
  readonly keepBytes?: number;
  /** How long old files stay, ms. Such a log is also put aside at the start of a day (UTC). */
  readonly keepMs?: number;
}

export interface LogFile {
  /** Adds a line, with its line end when it has none. Never throws and never waits: a full disk must not stop the server. */
  write(line: string): void;
  /** Resolves when all that was written so far is in the file. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 24 * 3600 * 1000;

/** `gateway.log` → `gateway.log.20261122081502123`: the time it was put aside, UTC, so that names sort by age. */
const asideName = (path: string, now: number): string =>
  `${path}.${new Date(now).toISOString().replace(/\D/g, '')}`;

/** Old files of a log, newest first. */
const oldFiles = async (files: Files, path: string): Promise<readonly string[]> => {
  const prefix = `${basename(path)}.`;
  return (await files.list(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^\d{17}$/.test(name.slice(prefix.length)))
    .toReversed()
    .map((name) => join(dirname(path), name));
};

const prune = async (files: Files, path: string, rotation: Rotation, now: number): Promise<void> => {
  let total = 0;
  for (const [index, file] of (await oldFiles(files, path)).entries()) {
    const facts = await files.stat(file);
    if (!facts) continue;
    total += facts.size;
    const tooMany = index >= (rotation.keepFiles ?? Number.POSITIVE_INFINITY);
    const tooLarge = total > (rotation.keepBytes ?? Number.POSITIVE_INFINITY);
    const tooOld = now - facts.modified > (rotation.keepMs ?? Number.POSITIVE_INFINITY);
    if (tooMany || tooLarge || tooOld) await files.remove(file);
  }
};

const dayOf = (time: number): number => Math.floor(time / dayMs);

/** One log file that is open; put aside when it is full or its day is over. */
class RotatingFile {
  private file: OpenFile | undefined;
  private size = 0;
  private day = 0;
  private readonly files: Files;
  private readonly clock: Clock;
  private readonly path: string;
  private readonly rotation: Rotation;

  constructor(files: Files, clock: Clock, path: string, rotation: Rotation) {
    this.files = files;
    this.clock = clock;
    this.path = path;
    this.rotation = rotation;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const file = (await this.rotated()) ?? (await this.open());
    await file.write(bytes);
    this.size += bytes.byteLength;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async open(): Promise<OpenFile> {
    await this.files.mkdir(dirname(this.path), 0o700);
    const before = await this.files.stat(this.path);
    this.file = await this.files.open(this.path, 'append', 0o600);
    this.size = before?.size ?? 0;
    this.day = dayOf(before && before.size > 0 ? before.modified : this.clock.now());
    return (await this.rotated()) ?? this.file;
  }

  /** The open file, a fresh one when the old one had to be put aside; undefined when none is open. */
  private async rotated(): Promise<OpenFile | undefined> {
    const { rotation, clock } = this;
    const dayOver = rotation.keepMs !== undefined && dayOf(clock.now()) !== this.day;
    if (!this.file || this.size === 0 || (this.size < rotation.maxBytes && !dayOver)) return this.file;
    await this.close();
    await this.files.rename(this.path, asideName(this.path, clock.now()));
    await prune(this.files, this.path, rotation, clock.now());
    return this.open();
  }
}

/** Opens a log that stays within its limits. */
export const openLogFile = (files: Files, clock: Clock, path: string, rotation: Rotation): LogFile => {
  const target = new RotatingFile(files, clock, path, rotation);
  const lines = gatherLines(clock, (some) => target.write(Buffer.from(some.join(''))));
  return {
    write: lines.add,
    flush: lines.flush,
    close: async () => {
      await lines.flush();
      await target.close();
    },
  };
};
