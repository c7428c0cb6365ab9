import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { failure, type LocalaiError } from '../../errors.ts';
import { withLock } from '../../system/lock.ts';
import type { System } from '../../system/system.ts';
import { inParallel } from '../in-parallel.ts';
import { type FetchedModel, recordModel } from '../manifest/manifest.ts';
import { idOf } from '../model-id.ts';
import type { EnsureOptions } from '../progress.ts';
import { formatReference, type ModelReference } from '../reference.ts';
import { downloadBlob, hasBlob } from './blob.ts';
import { blobFile, blobLock, linkBlob, snapshotFolder, writeRef } from './cache.ts';
import { completeFile, fetchListing, fileUrl, type HubListing } from './listing.ts';
import type { BlobSource } from './part-download.ts';
import { type Selection, selectFiles } from './select-files.ts';
import { type HubSettings, readHubSettings } from './settings.ts';
import { checkDisk, createTally, type WantedFile } from './wanted-files.ts';

type HubReference = Extract<ModelReference, { kind: 'hub' }>;

/** As long as another process may need for a large model on a slow line; Ctrl-C ends the wait. */
const waitForOtherMs = 24 * 3600 * 1000;

const wantFiles = (
  system: System,
  paths: Paths,
  settings: HubSettings,
  listing: HubListing,
  selection: Selection,
  signal: AbortSignal,
): Promise<readonly WantedFile[]> => {
  const { repo, commit, files } = listing;
  return Promise.all(
    selection.paths.map(async (path) => {
      const listed = files.find((one) => one.path === path);
      if (!listed) throw failure('HUB_NOT_FOUND', { what: `file ${path} in ${repo}` });
      const file = await completeFile(system, settings, listing, listed, signal);
      const blob = blobFile(paths.modelCache, repo, file.hash.value);
      const source = { repo, commit, url: fileUrl(settings, repo, commit, path), file, blob };
      const link = join(snapshotFolder(paths.modelCache, repo, commit), path);
      return { source, link, here: await hasBlob(system, source) };
    }),
  );
};

const recordOf = (
  { endpoint }: HubSettings,
  reference: HubReference,
  listing: HubListing,
  { format }: Selection,
  wanted: readonly WantedFile[],
  startedAt: number,
): FetchedModel => {
  const named = formatReference(reference);
  const first = wanted[0]?.link ?? '';
  return {
    reference: named,
    id: format === 'gguf' ? idOf(named, first) : (reference.repo.split('/')[1] ?? reference.repo),
    source: 'hub',
    from: `${endpoint}/${reference.repo}`,
    commit: listing.commit,
    format,
    startedAt,
    finishedAt: null,
    files: wanted.map(({ source: { file, blob }, link, here }) => ({
      path: link,
      data: blob,
      sizeBytes: file.sizeBytes,
      sha256: file.hash.kind === 'sha256' ? file.hash.value : null,
      ours: !here,
    })),
  };
};

/** Fetches one file, or waits until another process has. */
const fetchFile = async (
  system: System,
  paths: Paths,
  settings: HubSettings,
  source: BlobSource,
  tally: ReturnType<typeof createTally>,
  signal: AbortSignal,
): Promise<void> => {
  const { repo, file, blob } = source;
  await system.files.mkdir(join(blob, '..'));
  const lock = blobLock(paths.modelCache, repo, file.hash.value);
  const options = {
    what: `downloading ${file.path}`,
    waitMs: waitForOtherMs,
    onWait: () => tally('waiting', source),
    signal,
  };
  await withLock(system, lock, options, async () => {
    if (!(await hasBlob(system, source))) {
      const progress = (phase: 'checking' | 'downloading', done: number): void => tally(phase, source, done);
      await downloadBlob(system, settings, source, progress, signal);
    }
    tally('downloading', source, file.sizeBytes);
  });
};

const onlySafetensors = (repo: string): LocalaiError => {
  const problem = 'it has safetensors only, and the embedded engine reads GGUF. Name a GGUF version of it.';
  return failure('MODEL_NOT_SERVABLE', { model: repo, problem });
};

/**
 * Downloads a model from the hub into its cache: lists it, picks files, checks the disk, fetches what is missing, links
 * it all into the snapshot. Throws what `ensureModel` says of the hub.
 */
export const fetchHubModel = async (
  system: System,
  paths: Paths,
  reference: HubReference,
  options: EnsureOptions,
): Promise<void> => {
  const { signal, onProgress, say, parallel = 4 } = options;
  const settings = await readHubSettings(system);
  if (settings.offline) throw failure('HUB_OFFLINE', { model: formatReference(reference) });
  onProgress?.({ phase: 'looking', file: reference.repo, doneBytes: 0, totalBytes: 0 });
  const listing = await fetchListing(system, settings, reference, signal);
  const names = listing.files.map(({ path }) => path);
  const selection = selectFiles(names, reference.file, reference.repo);
  if (options.only && selection.format !== options.only) throw onlySafetensors(reference.repo);
  if (selection.choice !== undefined) say?.(selection.choice);
  const wanted = await wantFiles(system, paths, settings, listing, selection, signal);
  await checkDisk(system, paths, wanted, options);
  const record = recordOf(settings, reference, listing, selection, wanted, system.clock.now());
  await recordModel(system, paths, record);
  const tally = createTally(wanted, options);
  await inParallel(wanted, parallel, signal, ({ source }, stop) =>
    fetchFile(system, paths, settings, source, tally, stop),
  );
  for (const { link, source } of wanted) await linkBlob(system, link, source.blob);
  await writeRef(system, paths.modelCache, reference.repo, reference.revision, listing.commit);
  await recordModel(system, paths, { ...record, finishedAt: system.clock.now() });
};
