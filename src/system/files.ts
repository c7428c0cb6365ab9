import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, type ReadStream, watch } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Bytes; of the target, when followed. */
  readonly size: number;
  /** Last change, in ms since 1970. */
  readonly modified: number;
  readonly mode: number;
  readonly uid: number;
  readonly inode: number;
  /** How many names the file has. */
  readonly links: number;
}

/** An open file, written or read at positions; closed by its owner. */
export interface OpenFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Reads up to `length` bytes at `position`; fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  /** The file's text; undefined when there is no such file. Other faults are thrown as Node throws them. */
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** Writes through a temporary file and a rename, so that a reader sees the old or the new content, never half. */
  writeAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Follows links; undefined when nothing is there. */
  stat(path: string): Promise<FileFacts | undefined>;
  /** Does not follow links. */
  lstat(path: string): Promise<FileFacts | undefined>;
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  mkdir(path: string, mode?: number): Promise<void>;
  /** Makes a new, empty folder with a name of its own below `parent`. */
  mkdtemp(parent: string, prefix: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with all that is in it; nothing there is no fault. */
  remove(path: string): Promise<void>;
  /** Makes `path` a symbolic link to `target`, replacing what was there, atomically. */
  symlink(target: string, path: string): Promise<void>;
  readlink(path: string): Promise<string | undefined>;
  realpath(path: string): Promise<string | undefined>;
  copy(from: string, to: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** `append` opens at the end and makes the file when absent; `create` fails (EEXIST) when it is there. */
  open(path: string, how: 'read' | 'append' | 'create', mode?: number): Promise<OpenFile>;
  readStream(path: string, range?: { start?: number; end?: number }): ReadStream;
  /** Lower-case hexadecimal sha256 of a file. */
  sha256(path: string, signal?: AbortSignal): Promise<string>;
  /** Bytes that this user may still write on the disk that holds `path` (or its nearest existing parent). */
  freeBytes(path: string): Promise<number>;
  /** Whether this user may write to `path`, or make it in its nearest existing parent. */
  mayWrite(path: string): Promise<boolean>;
  /** Calls back after something changed in a folder; may call too often, never not at all. Returns the way to stop. */
  watch(folder: string, onChange: (name: string | undefined) => void): () => void;
}

const absent = (caught: unknown): boolean => {
  const code = (caught as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

/** Turns "there is no such file" into undefined; lets every other fault through. */
const orAbsent = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (caught) {
    if (absent(caught)) return undefined;
    throw caught;
  }
};

const facts = (s: Awaited<ReturnType<typeof fs.stat>>): FileFacts => ({
  kind: s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isSymbolicLink() ? 'link' : 'other',
  size: Number(s.size),
  modified: Number(s.mtimeMs),
  mode: Number(s.mode) & 0o7777,
  uid: Number(s.uid),
  inode: Number(s.ino),
  links: Number(s.nlink),
});

const temporaryName = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.tmp`;

const openFlags = { read: 'r', append: 'a+', create: 'wx+' } as const;

export const realFiles: Files = {
  readText: (path) => orAbsent(fs.readFile(path, 'utf8')),
  readBytes: (path) => orAbsent(fs.readFile(path)),
  writeAtomic: async (path, content, mode = 0o644) => {
    await fs.mkdir(dirname(path), { recursive: true });
    const temporary = temporaryName(path);
    try {
      await fs.writeFile(temporary, content, { mode, flush: true });
      await fs.rename(temporary, path);
    } catch (caught) {
      await fs.rm(temporary, { force: true });
      throw caught;
    }
  },
  stat: async (path) => {
    const found = await orAbsent(fs.stat(path));
    return found && facts(found);
  },
  lstat: async (path) => {
    const found = await orAbsent(fs.lstat(path));
    return found && facts(found);
  },
  list: async (path) => ((await orAbsent(fs.readdir(path))) ?? []).sort(),
  mkdir: async (path, mode = 0o755) => {
    await fs.mkdir(path, { recursive: true, mode });
  },
  mkdtemp: (parent, prefix) => fs.mkdtemp(join(parent, prefix)),
  rename: (from, to) => fs.rename(from, to),
  remove: (path) => fs.rm(path, { recursive: true, force: true }),
  symlink: async (target, path) => {
    const temporary = temporaryName(path);
    await fs.symlink(target, temporary);
    await fs.rename(temporary, path);
  },
  readlink: (path) => orAbsent(fs.readlink(path)),
  realpath: (path) => orAbsent(fs.realpath(path)),
  copy: (from, to) => fs.cp(from, to, { recursive: true }),
  chmod: (path, mode) => fs.chmod(path, mode),
  open: async (path, how, mode = 0o644) => {
    const handle = await fs.open(path, openFlags[how], mode);
    return {
      write: async (bytes) => {
        for (let done = 0; done < bytes.byteLength; ) {
          done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
        }
      },
      read: async (position, length) => {
        const buffer = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  readStream: (path, range) => createReadStream(path, range),
  sha256: async (path, signal) => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, {
      highWaterMark: 1 << 20,
      ...(signal ? { signal } : {}),
    })) {
      hash.update(chunk as Uint8Array);
    }
    return hash.digest('hex');
  },
  freeBytes: async (path) => {
    for (let at = path; ; at = dirname(at)) {
      const found = await orAbsent(fs.statfs(at));
      if (found) return found.bavail * found.bsize;
      if (dirname(at) === at) return 0;
    }
  },
  mayWrite: async (path) => {
    for (let at = path; ; at = dirname(at)) {
      try {
        await fs.access(at, fs.constants.W_OK);
        return at === path || (await fs.stat(at)).isDirectory();
      } catch (caught) {
        if (!absent(caught) || dirname(at) === at) return false;
      }
    }
  },
  watch: (folder, onChange) => {
    const watcher = watch(folder, (_event, name) => onChange(name ?? undefined));
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  },
};
