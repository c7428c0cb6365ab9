import { basename, dirname, join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import { withLock } from '../../system/lock.ts';
import type { System } from '../../system/system.ts';
import { filesBelow, incompleteFile } from '../hub/cache.ts';
import type { StoredFile, StoredModel } from './inventory.ts';
import { forgetModel, readManifest } from './manifest.ts';

export interface Removal {
  readonly freedBytes: number;
  /** Files that stay, since another model or revision needs them or another program brought them. */
  readonly kept: readonly string[];
}

/** `<cache>/models--org--repo`, of a file in its snapshots; the cache may have been elsewhere when it was fetched. */
const repoFolderOf = ({ path }: StoredFile): string => {
  const [, folder] = /^(.*\/models--[^/]+)\/snapshots\/[0-9a-f]{40}\//s.exec(path) ?? [];
  if (folder === undefined) throw new Error(`${path} is in no cache of the hub`);
  return folder;
};

/** Blobs that links of a repository still lead to. */
const linkedBlobs = async (system: System, folder: string): Promise<ReadonlySet<string>> => {
  const snapshots = join(folder, 'snapshots');
  const targets = await Promise.all(
    (await filesBelow(system, snapshots)).map((path) => system.files.realpath(join(snapshots, path))),
  );
  return new Set(targets.filter((target) => target !== undefined));
};

/** What other models of the manifest say they need, also those that are not linked yet. */
const neededElsewhere = async (
  system: System,
  paths: Paths,
  { reference, file }: StoredModel,
): Promise<ReadonlySet<string>> => {
  const others = (await readManifest(system, paths)).filter(
    (model) => !(model.reference === reference && model.files[0]?.path === file),
  );
  return new Set(others.flatMap(({ files }) => files.map(({ data }) => data)));
};

const bytesOf = async (system: System, path: string): Promise<number> =>
  (await system.files.lstat(path))?.size ?? 0;

/** Removes folders that hold nothing any more, up to and without `top`. */
const removeEmpty = async (system: System, folder: string, top: string): Promise<void> => {
  for (let at = folder; at.startsWith(`${top}/`); at = dirname(at)) {
    if ((await system.files.list(at)).length > 0) return;
    await system.files.remove(at);
  }
};

/** Takes away references to commits that have no snapshot, and a repository of which nothing is left. */
const tidyRepo = async (system: System, folder: string): Promise<void> => {
  const { files } = system;
  for (const ref of await filesBelow(system, join(folder, 'refs'))) {
    const place = join(folder, 'refs', ref);
    const commit = (await files.readText(place))?.trim() ?? '';
    if (await files.stat(join(folder, 'snapshots', commit))) continue;
    await files.remove(place);
    await removeEmpty(system, dirname(place), folder);
  }
  for (const part of ['blobs', 'snapshots']) await removeEmpty(system, join(folder, part), folder);
  if ((await files.list(folder)).length === 0) await files.remove(folder);
};

const removeFromHub = async (
  system: System,
  paths: Paths,
  model: StoredModel,
  force: boolean,
): Promise<Removal> => {
  const { files } = system;
  const needed = await neededElsewhere(system, paths, model);
  const kept: string[] = [];
  let freedBytes = 0;
  for (const file of model.files) {
    if (!file.ours && !force) {
      kept.push(file.path);
      continue;
    }
    const { path, data } = file;
    const real = (await files.realpath(path)) ?? data;
    await files.remove(path);
    const folder = repoFolderOf(file);
    await removeEmpty(system, dirname(path), join(folder, 'snapshots'));
    if (needed.has(data) || (await linkedBlobs(system, folder)).has(real)) {
      kept.push(data);
      continue;
    }
    freedBytes += (await bytesOf(system, data)) + (await bytesOf(system, incompleteFile(data)));
    await files.remove(data);
    await files.remove(incompleteFile(data));
  }
  for (const folder of new Set(model.files.map(repoFolderOf))) await tidyRepo(system, folder);
  return { freedBytes, kept };
};

const removeFromPypi = async (system: System, paths: Paths, model: StoredModel): Promise<Removal> => {
  let freedBytes = 0;
  for (const { path } of model.files) {
    freedBytes += await bytesOf(system, path);
    await system.files.remove(path);
    await removeEmpty(system, dirname(path), paths.data);
  }
  return { freedBytes, kept: [] };
};

/** A download that runs holds these; who removes must not be in its way. */
const locksOf = (paths: Paths, { source, files, reference }: StoredModel): readonly string[] => {
  if (source === 'pypi') {
    const [, name, version] = /^pypi:(.+)==([^/]+)\//.exec(reference) ?? [];
    return [join(paths.locks, `pypi-${name}-${version}.lock`)];
  }
  const locks = files.map((file) => {
    const folder = repoFolderOf(file);
    return join(dirname(folder), '.locks', basename(folder), `${basename(file.data)}.localai`);
  });
  return [...new Set(locks)];
};

const holding = async <T>(
  system: System,
  [lock, ...rest]: readonly string[],
  work: () => Promise<T>,
): Promise<T> => {
  if (lock === undefined) return work();
  return withLock(system, lock, { what: 'removing a model' }, () => holding(system, rest, work));
};

/**
 * Removes a model from this disk: of what we fetched everything that nothing else needs; with `force` also what
 * another program brought. Throws MODEL_NOT_OURS, and BUSY while it is being downloaded.
 */
export const removeModel = async (
  system: System,
  paths: Paths,
  model: StoredModel,
  force: boolean,
): Promise<Removal> => {
  if (!model.ours && !force) throw failure('MODEL_NOT_OURS', { model: model.id });
  return holding(system, locksOf(paths, model), async () => {
    const removal =
      model.source === 'pypi'
        ? await removeFromPypi(system, paths, model)
        : await removeFromHub(system, paths, model, force);
    const fetched = await readManifest(system, paths);
    const entry = fetched.find(
      ({ reference, files }) => reference === model.reference && files[0]?.path === model.file,
    );
    if (entry) await forgetModel(system, paths, entry);
    return removal;
  });
};
