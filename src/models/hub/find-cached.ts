import { basename, join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { isFailure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { missingTail } from '../gguf/facts.ts';
import { beginsAsGguf, readGguf } from '../gguf/read-gguf.ts';
import { readManifest } from '../manifest/manifest.ts';
import type { LocalModel } from '../model.ts';
import { idOf } from '../model-id.ts';
import { formatReference, type ModelReference } from '../reference.ts';
import { cachedCommit, filesBelow, snapshotFolder } from './cache.ts';
import { type Selection, selectFiles } from './select-files.ts';

type HubReference = Extract<ModelReference, { kind: 'hub' }>;

const tryToSelect = (paths: readonly string[], reference: HubReference): Selection | undefined => {
  try {
    return selectFiles(paths, reference.file, reference.repo);
  } catch (caught) {
    if (isFailure(caught)) return undefined;
    throw caught;
  }
};

/** Whether all shards are there that the index names; a repository without one has a single file of weights. */
const hasAllShards = async (system: System, folder: string, paths: readonly string[]): Promise<boolean> => {
  const text = await system.files.readText(join(folder, 'model.safetensors.index.json'));
  if (!paths.includes('config.json')) return false;
  if (text === undefined) return true;
  try {
    const { weight_map: shards } = JSON.parse(text) as { weight_map: Record<string, string> };
    return Object.values(shards).every((shard) => paths.includes(shard));
  } catch {
    return false;
  }
};

/** The sha256 that a blob's name says; undefined for small files and caches without links. */
export const namedSha256 = async (system: System, link: string): Promise<string | undefined> => {
  const name = basename((await system.files.realpath(link)) ?? '');
  return /^[0-9a-f]{64}$/.test(name) ? name : undefined;
};

/** What we fetched was checked by its hash; of what another program left the header says whether all of it is there. */
const isWhole = async (system: System, paths: Paths, file: string, sizeBytes: number): Promise<boolean> => {
  if (!(await beginsAsGguf(system, file))) return false;
  const fetched = (await readManifest(system, paths)).flatMap(({ files }) => files);
  const ours = fetched.find(({ path }) => path === file);
  if (ours) return ours.sizeBytes === sizeBytes;
  const read = await readGguf(system, file);
  return 'header' in read && missingTail(read.header) === undefined;
};

const sizesOf = async (system: System, files: readonly string[]): Promise<readonly number[] | undefined> => {
  const facts = await Promise.all(files.map((file) => system.files.stat(file)));
  const sizes = facts.map((found) => (found?.kind === 'file' ? found.size : undefined));
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
};

/** The model as one commit has it. */
const findAtCommit = async (
  system: System,
  paths: Paths,
  reference: HubReference,
  commit: string,
): Promise<LocalModel | undefined> => {
  const folder = snapshotFolder(paths.modelCache, reference.repo, commit);
  const names = await filesBelow(system, folder);
  const selection = tryToSelect(names, reference);
  if (!selection?.paths.every((path) => names.includes(path))) return undefined;
  const files = selection.paths.map((path) => join(folder, path));
  const sizes = await sizesOf(system, files);
  if (!sizes) return undefined;
  const [first = ''] = files;
  const local = {
    reference: formatReference(reference),
    sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
    source: 'hub',
  } as const;
  if (selection.format === 'safetensors') {
    if (!(await hasAllShards(system, folder, names))) return undefined;
    return { ...local, id: basename(reference.repo), file: folder, sha256: undefined };
  }
  for (const [index, file] of files.entries()) {
    if (!(await isWhole(system, paths, file, sizes[index] ?? 0))) return undefined;
  }
  return {
    ...local,
    id: idOf(local.reference, first),
    file: first,
    sha256: await namedSha256(system, first),
  };
};

/** Commits at which this very reference was fetched before: a branch may have moved on with another file. */
const fetchedCommits = async (
  system: System,
  paths: Paths,
  reference: HubReference,
): Promise<readonly string[]> => {
  const named = formatReference(reference);
  const models = (await readManifest(system, paths)).filter((model) => model.reference === named);
  return models.map(({ commit }) => commit).filter((commit) => commit !== null);
};

/** A model of the hub that is whole in the cache, whoever put it there. Asks no network. */
export const findCached = async (
  system: System,
  paths: Paths,
  reference: HubReference,
): Promise<LocalModel | undefined> => {
  const latest = await cachedCommit(system, paths.modelCache, reference.repo, reference.revision);
  const commits = [latest, ...(await fetchedCommits(system, paths, reference)).toReversed()];
  for (const commit of new Set(commits)) {
    const found = commit === undefined ? undefined : await findAtCommit(system, paths, reference, commit);
    if (found) return found;
  }
  return undefined;
};
