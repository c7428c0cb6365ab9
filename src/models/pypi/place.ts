import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import type { System } from '../../system/system.ts';
import { findByReference } from '../catalog/catalog.ts';
import { readManifest } from '../manifest/manifest.ts';
import type { LocalModel } from '../model.ts';
import { idOf } from '../model-id.ts';
import { formatReference, type ModelReference } from '../reference.ts';

type PypiReference = Extract<ModelReference, { kind: 'pypi' }>;

/** Where what comes out of a package lies. */
export const packageFolderOf = (paths: Paths, { name, version }: PypiReference): string =>
  join(paths.data, 'pypi', `${name}-${version}`);

/** A file gets this place only once its hash was checked. */
export const wheelFile = (paths: Paths, reference: PypiReference): string =>
  join(packageFolderOf(paths, reference), reference.file);

/** The model that was fetched out of a package, when it is there as it was then. */
export const findWheelFile = async (
  system: System,
  paths: Paths,
  reference: PypiReference,
): Promise<LocalModel | undefined> => {
  const file = wheelFile(paths, reference);
  const found = await system.files.stat(file);
  if (found?.kind !== 'file') return undefined;
  const named = formatReference(reference);
  const fetched = (await readManifest(system, paths)).find((model) => model.reference === named)?.files[0];
  const expected = findByReference(named) ?? fetched;
  if (expected !== undefined && found.size !== expected.sizeBytes) return undefined;
  return {
    reference: named,
    id: idOf(named, reference.file),
    file,
    sha256: expected?.sha256 ?? undefined,
    sizeBytes: found.size,
    source: 'pypi',
  };
};
