import { dirname } from 'node:path';
import { failure } from '../../errors.ts';
import type { HttpAnswer } from '../../system/net.ts';
import type { System } from '../../system/system.ts';
import { bytes } from '../quantities.ts';
import { incompleteFile } from './cache.ts';
import { discard, hubRequest } from './hub-request.ts';
import { isNetworkFault, networkProblem } from './network-fault.ts';
import { type BlobProgress, type BlobSource, newHash, openPart, type PartDownload } from './part-download.ts';
import { withRetries } from './retry.ts';
import type { HubSettings } from './settings.ts';

const cut = ({ file }: BlobSource, have: number, problem: string, cause?: unknown): Error =>
  failure(
    'DOWNLOAD_CUT',
    { file: file.path, have: bytes(have), want: bytes(file.sizeBytes), problem },
    cause,
  );

/** Where the bytes of this answer begin; undefined when it does not say so clearly. */
const startOf = ({ status, headers }: HttpAnswer): number | undefined => {
  if (status === 200) return 0;
  const [, start] = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? '')) ?? [];
  return start === undefined ? undefined : Number(start);
};

const writeAnswer = async (
  system: System,
  source: BlobSource,
  part: PartDownload,
  { body }: HttpAnswer,
  progress: BlobProgress,
): Promise<void> => {
  const { file, blob } = source;
  const out = await system.files.open(incompleteFile(blob), 'append');
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (part.have + chunk.byteLength > file.sizeBytes) {
        throw cut(source, part.have, 'more came than there should be');
      }
      await out.write(chunk);
      part.hash.update(chunk);
      part.have += chunk.byteLength;
      progress('downloading', part.have);
    }
    await out.sync();
  } finally {
    await out.close();
  }
};

/** Fetches what is missing and appends it. */
const fetchRest = async (
  system: System,
  settings: HubSettings,
  source: BlobSource,
  part: PartDownload,
  progress: BlobProgress,
  signal: AbortSignal,
): Promise<void> => {
  const { file, blob, repo, commit, url } = source;
  const answer = await hubRequest(system, settings, {
    url,
    headers: part.have > 0 ? { range: `bytes=${part.have}-` } : {},
    target: { repo, revision: commit, file: file.path },
    signal,
  });
  const start = startOf(answer);
  if (start !== part.have) {
    await system.files.remove(incompleteFile(blob));
    if (start !== 0) {
      await discard(answer);
      throw cut(source, 0, 'the server cannot go on from the middle');
    }
    // It sends the whole file again.
    part.have = 0;
    part.hash = newHash(file);
  }
  await writeAnswer(system, source, part, answer, progress);
  if (part.have < file.sizeBytes) throw cut(source, part.have, 'the connection was cut');
};

const diskFull = async (system: System, { file, blob }: BlobSource, have: number): Promise<Error> =>
  failure('DISK_FULL', {
    path: dirname(blob),
    needed: bytes(file.sizeBytes - have),
    free: bytes(await system.files.freeBytes(blob)),
  });

const corrupt = ({ file }: BlobSource, found: string): Error =>
  failure('DOWNLOAD_CORRUPT', { file: file.path, found, expected: file.hash.value });

/** One try. Leaves either the blob under its name, or what came so far for the next one. */
const download = async (
  system: System,
  settings: HubSettings,
  source: BlobSource,
  progress: BlobProgress,
  signal: AbortSignal,
): Promise<void> => {
  const { file, blob } = source;
  const part = await openPart(system, source, progress, signal);
  try {
    if (part.have < file.sizeBytes || file.sizeBytes === 0) {
      await fetchRest(system, settings, source, part, progress, signal);
    }
  } catch (caught) {
    signal.throwIfAborted();
    const { code } = caught as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw await diskFull(system, source, part.have);
    if (isNetworkFault(caught)) throw cut(source, part.have, networkProblem(caught), caught);
    throw caught;
  }
  const found = part.hash.digest('hex');
  if (found !== file.hash.value) {
    await system.files.remove(incompleteFile(blob));
    // Perhaps only what was there before was bad: once more, from the start.
    if (part.resumed) return download(system, settings, source, progress, signal);
    throw corrupt(source, found);
  }
  await system.files.rename(incompleteFile(blob), blob);
};

/**
 * Downloads one blob: goes on where an earlier try stopped, tries again after faults that may pass, and gives the
 * file its name only once its hash is right. The caller holds the blob's lock. Throws DOWNLOAD_CUT,
 * DOWNLOAD_CORRUPT, DISK_FULL and what the hub refuses with.
 */
export const downloadBlob = async (
  system: System,
  settings: HubSettings,
  source: BlobSource,
  progress: BlobProgress,
  signal: AbortSignal,
): Promise<void> => {
  let reached = 0;
  const watch: BlobProgress = (phase, done) => {
    if (phase === 'downloading') reached = Math.max(reached, done);
    progress(phase, done);
  };
  await withRetries(system, { progress: () => reached, signal }, () =>
    download(system, settings, source, watch, signal),
  );
};

/** The file that is in the cache already; one of another size is no whole one, whoever left it, and is removed. */
export const hasBlob = async (system: System, { file, blob }: BlobSource): Promise<boolean> => {
  const found = await system.files.stat(blob);
  if (found?.kind === 'file' && found.size === file.sizeBytes) return true;
  if (found?.kind === 'file') await system.files.remove(blob);
  return false;
};
