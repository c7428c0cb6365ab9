import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The installed package that this code belongs to. */
export interface OwnPackage {
  /** Where dist/, templates/ and webui-dist/ lie. */
  readonly folder: string;
  readonly version: string;
}

/** Looks upwards from this file (in src/system/ or dist/) for our package.json. Works on any Node since 18. */
export const ownPackage = (): OwnPackage => {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { folder, version };
  }
  throw new Error(`there is no package.json above ${here}`);
};
