import { join } from 'node:path';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { findInCatalog } from './catalog/catalog.ts';
import type { LocalModel } from './model.ts';

/** Where the models lie that come with localai: in the built package, else in its sources. */
const places = (packageFolder: string, name: string): readonly string[] => [
  join(packageFolder, 'dist', 'models', `${name}.gguf`),
  join(packageFolder, 'src', 'models', 'smoke', `${name}.gguf`),
];

/** The file of a model that comes with localai; undefined where this package has none. */
const bundledFile = async (
  system: System,
  packageFolder: string,
  name: string,
): Promise<string | undefined> => {
  for (const file of places(packageFolder, name)) {
    if ((await system.files.stat(file))?.kind === 'file') return file;
  }
  return undefined;
};

export const findBundled = async (
  system: System,
  packageFolder: string,
  name: string,
): Promise<LocalModel | undefined> => {
  const file = await bundledFile(system, packageFolder, name);
  if (file === undefined) return undefined;
  const sizeBytes = (await system.files.stat(file))?.size ?? 0;
  const sha256 = findInCatalog(name)?.sha256;
  return { reference: `bundled:${name}`, id: name, file, sha256, sizeBytes, source: 'bundled' };
};

/** What is missing when a package comes without its model. */
export const missingBundled = (packageFolder: string, name: string): Error =>
  failure('MODEL_FILE_MISSING', {
    file: places(packageFolder, name)[0] ?? name,
    reference: 'SmolLM2-135M-Instruct',
  });
