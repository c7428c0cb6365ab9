import { join } from 'node:path';
import type { Files } from '../../system/files.ts';
import { typeOf, type WebFile } from './web-ui.ts';

const read = async (
  files: Files,
  folder: string,
  path: string,
  into: Map<string, WebFile>,
): Promise<void> => {
  for (const name of await files.list(folder)) {
    if (name.startsWith('.')) continue;
    const file = join(folder, name);
    const at = `${path}/${name}`;
    if ((await files.stat(file))?.kind === 'folder') await read(files, file, at, into);
    else {
      const bytes = await files.readBytes(file);
      if (bytes) into.set(at, { type: typeOf(at), bytes });
    }
  }
};

/** The built browser UI in a folder, by path; empty when it was not built. */
export const readWebUi = async (files: Files, folder: string): Promise<ReadonlyMap<string, WebFile>> => {
  const found = new Map<string, WebFile>();
  await read(files, folder, '', found);
  return found.has('/index.html') ? found : new Map();
};
