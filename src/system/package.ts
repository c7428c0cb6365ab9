import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The installed package that this code belongs to. */
export interface OwnPackage {
  /** Where dist/, templates/ and webui-dist/ lie. */
  readonly folder: string;
  readonly version: string;
}

const versionIn = (file: string): string | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version : undefined;

/**
 * Looks upwards from this file, which lies in src/system/ or dist/. What was built says its version itself, so that bin/
 * and dist/ are enough where nothing else of the package is. Works on any Node since 18.
 */
export const ownPackage = (): OwnPackage => {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; dirname(folder) !== folder; folder = dirname(folder)) {
    const built = versionIn(join(folder, 'build.json'));
    if (built !== undefined) return { folder: dirname(folder), version: built };
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return { folder, version };
  }
  throw new Error(`there is no package.json above ${here}`);
};
