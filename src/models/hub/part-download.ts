import { createHash, type Hash } from 'node:crypto';
import type { System } from '../../system/system.ts';
import { incompleteFile } from './cache.ts';
import type { HubFile } from './listing.ts';

/** One file to be had, and where it goes. */
export interface BlobSource {
  readonly repo: string;
  readonly commit: string;
  readonly url: string;
  readonly file: HubFile;
  /** Its place in the cache once it is whole. */
  readonly blob: string;
}

/** Told of every step; `doneBytes` of this file. */
export type BlobProgress = (phase: 'checking' | 'downloading', doneBytes: number) => void;

/** What the content of a file is hashed with. */
export const newHash = ({ hash, sizeBytes }: HubFile): Hash => {
  if (hash.kind === 'sha256') return createHash('sha256');
  // What git calls a blob: a head with the size, then the content.
  return createHash('sha1').update(`blob ${sizeBytes}\0`);
};

const sizeOf = async (system: System, path: string): Promise<number> =>
  (await system.files.stat(path))?.size ?? 0;

/** A part-download as it lies on the disk, with the hash of what is there. */
export interface PartDownload {
  have: number;
  hash: Hash;
  readonly resumed: boolean;
}

/** What an earlier try left, read through once for its hash; what is too long is thrown away. */
export const openPart = async (
  system: System,
  { file, blob }: BlobSource,
  progress: BlobProgress,
  signal: AbortSignal,
): Promise<PartDownload> => {
  const path = incompleteFile(blob);
  const have = await sizeOf(system, path);
  if (have > file.sizeBytes) await system.files.remove(path);
  if (have === 0 || have > file.sizeBytes) return { have: 0, hash: newHash(file), resumed: false };
  const hash = newHash(file);
  let read = 0;
  for await (const chunk of system.files.readStream(path)) {
    signal.throwIfAborted();
    hash.update(chunk as Uint8Array);
    read += (chunk as Uint8Array).byteLength;
    progress('checking', read);
  }
  return { have: read, hash, resumed: true };
};
