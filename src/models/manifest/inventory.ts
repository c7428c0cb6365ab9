import { basename, join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import type { System } from '../../system/system.ts';
import { filesBelow, incompleteFile } from '../hub/cache.ts';
import { namedSha256 } from '../hub/find-cached.ts';
import { partsOf } from '../hub/select-files.ts';
import type { ModelSource } from '../model.ts';
import { idOf } from '../model-id.ts';
import { type FetchedModel, readManifest } from './manifest.ts';

/** A file of a model on this disk. */
export interface StoredFile {
  /** Where it is used from. */
  readonly path: string;
  /** Where its bytes lie. */
  readonly data: string;
  /** False: another program brought it. */
  readonly ours: boolean;
}

/** A model that takes space on this disk. */
export interface StoredModel {
  readonly reference: string;
  readonly id: string;
  readonly source: ModelSource;
  /** Where it came from, for people. */
  readonly from: string;
  /** The file that is served, or would be. */
  readonly file: string;
  /** Bytes on the disk now. */
  readonly sizeBytes: number;
  readonly whole: boolean;
  /** Whether localai fetched it. */
  readonly ours: boolean;
  /** ms since 1970; null where nobody wrote it down. */
  readonly fetchedAt: number | null;
  readonly sha256: string | null;
  readonly files: readonly StoredFile[];
}

const sizeOf = async (system: System, path: string): Promise<number | undefined> => {
  const found = await system.files.stat(path);
  return found?.kind === 'file' ? found.size : undefined;
};

const storedOf = async (system: System, model: FetchedModel): Promise<StoredModel> => {
  const parts = await Promise.all(
    model.files.map(async ({ path, data }) => ({
      whole: (await sizeOf(system, path)) !== undefined,
      bytes: (await sizeOf(system, data)) ?? (await sizeOf(system, incompleteFile(data))) ?? 0,
    })),
  );
  const [first] = model.files;
  return {
    reference: model.reference,
    id: model.id,
    source: model.source,
    from: model.from,
    file: first?.path ?? '',
    sizeBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    whole: model.finishedAt !== null && parts.every(({ whole }) => whole),
    ours: true,
    fetchedAt: model.finishedAt ?? model.startedAt,
    sha256: model.files.length === 1 ? (first?.sha256 ?? null) : null,
    files: model.files.map(({ path, data, ours }) => ({ path, data, ours })),
  };
};

/** The models of one repository in the cache that are not in our manifest: those in GGUF, which can be served here. */
const foreignIn = async (
  system: System,
  folder: string,
  repo: string,
  known: ReadonlySet<string>,
): Promise<readonly StoredModel[]> => {
  const refs = await filesBelow(system, join(folder, 'refs'));
  const named = new Map<string, string>();
  for (const ref of refs) {
    named.set((await system.files.readText(join(folder, 'refs', ref)))?.trim() ?? '', ref);
  }
  const models: StoredModel[] = [];
  for (const commit of await system.files.list(join(folder, 'snapshots'))) {
    const snapshot = join(folder, 'snapshots', commit);
    const revision = named.get(commit) ?? commit;
    for (const path of await filesBelow(system, snapshot)) {
      const first = join(snapshot, path);
      if (!/\.gguf$/i.test(path) || partsOf(path)[0] !== path || known.has(first)) continue;
      models.push(await foreignModel(system, snapshot, repo, revision, path));
    }
  }
  return models;
};

const foreignModel = async (
  system: System,
  snapshot: string,
  repo: string,
  revision: string,
  path: string,
): Promise<StoredModel> => {
  const reference = `hf:${repo}${revision === 'main' ? '' : `@${revision}`}/${path}`;
  const places = partsOf(path).map((part) => join(snapshot, part));
  const sizes = await Promise.all(places.map((place) => sizeOf(system, place)));
  const data = await Promise.all(places.map(async (place) => (await system.files.realpath(place)) ?? place));
  const [file = ''] = places;
  return {
    reference,
    id: idOf(reference, path),
    source: 'hub',
    from: 'the cache, where another program put it',
    file,
    sizeBytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    whole: sizes.every((size) => size !== undefined),
    ours: false,
    fetchedAt: null,
    sha256: places.length === 1 ? ((await namedSha256(system, file)) ?? null) : null,
    files: places.map((one, index) => ({ path: one, data: data[index] ?? one, ours: false })),
  };
};

const repoOf = (folder: string): string | undefined => {
  const [kind, owner, name, ...rest] = basename(folder).split('--');
  return kind === 'models' && owner && name && rest.length === 0 ? `${owner}/${name}` : undefined;
};

/** All models on this disk: what we fetched, also unfinished, then what others left in the hub's cache. Asks no network. */
export const listStored = async (system: System, paths: Paths): Promise<readonly StoredModel[]> => {
  const fetched = await Promise.all(
    (await readManifest(system, paths)).map((model) => storedOf(system, model)),
  );
  // What was deleted behind our back takes no space.
  const ours = fetched.filter(({ sizeBytes }) => sizeBytes > 0);
  const known = new Set(ours.flatMap(({ files }) => files.map(({ path }) => path)));
  const foreign: StoredModel[] = [];
  for (const name of await system.files.list(paths.modelCache)) {
    const repo = repoOf(name);
    if (repo) foreign.push(...(await foreignIn(system, join(paths.modelCache, name), repo, known)));
  }
  return [...ours, ...foreign];
};

/** Bytes that models take, files that several share counted once. */
export const diskUse = async (system: System, models: readonly StoredModel[]): Promise<number> => {
  const places = new Set(models.flatMap(({ files }) => files.map(({ data }) => data)));
  const sizes = await Promise.all(
    [...places].map(
      async (data) => (await sizeOf(system, data)) ?? (await sizeOf(system, incompleteFile(data))) ?? 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};
