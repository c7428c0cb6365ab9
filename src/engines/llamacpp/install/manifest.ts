import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { failure } from '../../../errors.ts';
import type { System } from '../../../system/system.ts';

/** The release that everything was measured with; internals of it are used, so it is pinned exactly. */
export const libraryVersion = '3.22.1';

interface PackageFile {
  readonly name: string;
  readonly private: true;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [field: string]: unknown;
}

/** The shipped package.json and package-lock.json: the library, and all compiled parts as optional dependencies. */
export interface LibraryTemplate {
  readonly packageFile: PackageFile;
  readonly lockFile: LockFile;
}

/** What npm is given for one set of compiled parts. */
export interface LibraryManifest {
  readonly packageFile: string;
  readonly lockFile: string;
  /** Every package's hash is in the lock; else npm takes the registry's word for the compiled part. */
  readonly pinned: boolean;
  /** Short; differs whenever anything that is installed does. */
  readonly hash: string;
}

/** Reads the template out of the package's folder. */
export const readTemplate = async (system: System, packageFolder: string): Promise<LibraryTemplate> => {
  const folder = join(packageFolder, 'templates', 'llamacpp');
  const read = async (name: string): Promise<unknown> => {
    const text = await system.files.readText(join(folder, name));
    if (text === undefined) throw failure('BUG', { problem: `${join(folder, name)} is missing` });
    return JSON.parse(text);
  };
  return {
    packageFile: (await read('package.json')) as PackageFile,
    lockFile: (await read('package-lock.json')) as LockFile,
  };
};

/**
 * The template with these compiled parts as plain dependencies and no others, so that `--omit=optional` leaves out
 * what other machines need.
 */
export const manifestFor = (
  { packageFile, lockFile }: LibraryTemplate,
  binaries: readonly string[],
): LibraryManifest => {
  const place = (name: string): string => `node_modules/${name}`;
  const offered = Object.keys(packageFile.optionalDependencies ?? {});
  const dependencies = {
    ...packageFile.dependencies,
    ...Object.fromEntries(binaries.map((name) => [name, libraryVersion])),
  };
  const packages: Record<string, Readonly<Record<string, unknown>>> = {
    ...lockFile.packages,
    '': { name: packageFile.name, dependencies },
  };
  for (const name of offered) {
    const { optional: _, ...entry } = lockFile.packages[place(name)] ?? {};
    if (binaries.includes(name)) packages[place(name)] = entry;
    else delete packages[place(name)];
  }
  const files = {
    packageFile: JSON.stringify({ name: packageFile.name, private: true, dependencies }, undefined, 2),
    lockFile: JSON.stringify({ ...lockFile, packages }, undefined, 2),
  };
  return {
    ...files,
    pinned: binaries.every((name) => place(name) in packages),
    hash: createHash('sha256')
      .update(files.packageFile + files.lockFile)
      .digest('hex')
      .slice(0, 10),
  };
};
