import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { EnsureOptions } from '../progress.ts';
import { bytes } from '../quantities.ts';
import { incompleteFile } from './cache.ts';
import type { BlobSource } from './part-download.ts';

/** A file to be had, and where it will be seen. */
export interface WantedFile {
  readonly source: BlobSource;
  readonly link: string;
  readonly here: boolean;
}

/** Sums what is done over all files and passes it on. */
export const createTally = (wanted: readonly WantedFile[], { onProgress }: EnsureOptions) => {
  const done = new Map(wanted.map(({ source, here }) => [source, here ? source.file.sizeBytes : 0]));
  const totalBytes = wanted.reduce((sum, { source }) => sum + source.file.sizeBytes, 0);
  return (
    phase: 'waiting' | 'downloading' | 'checking',
    source: BlobSource,
    doneBytes = done.get(source),
  ): void => {
    done.set(source, doneBytes ?? 0);
    const sum = [...done.values()].reduce((all, one) => all + one, 0);
    onProgress?.({ phase, file: source.file.path, doneBytes: sum, totalBytes });
  };
};

/** Nothing is downloaded that the disk will not hold. Both figures are told. Throws DISK_FULL. */
export const checkDisk = async (
  system: System,
  paths: Paths,
  wanted: readonly WantedFile[],
  { say }: EnsureOptions,
): Promise<void> => {
  const missing = await Promise.all(
    wanted
      .filter(({ here }) => !here)
      .map(async ({ source: { file, blob } }) => {
        const begun = (await system.files.stat(incompleteFile(blob)))?.size ?? 0;
        return Math.max(0, file.sizeBytes - begun);
      }),
  );
  const needed = missing.reduce((sum, one) => sum + one, 0);
  if (needed === 0) return;
  const free = await system.files.freeBytes(paths.modelCache);
  const figures = { path: paths.modelCache, needed: bytes(needed), free: bytes(free) };
  if (needed > free) throw failure('DISK_FULL', figures);
  say?.(`${figures.needed} to fetch into ${figures.path}, ${figures.free} free there.`);
};
