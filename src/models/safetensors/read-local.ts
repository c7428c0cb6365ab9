import { join } from 'node:path';
import type { System } from '../../system/system.ts';
import { addSums, headerLength, prefixBytes, readHeader, type TensorSums } from './header.ts';

const readOne = async (system: System, path: string): Promise<TensorSums> => {
  const file = await system.files.open(path, 'read');
  try {
    const length = headerLength(await file.read(0, prefixBytes));
    const header = await file.read(prefixBytes, length);
    if (header.byteLength < length) throw new Error('it is cut off');
    return readHeader(Buffer.from(header).toString('utf8'));
  } finally {
    await file.close();
  }
};

/** Files of weights by name; `consolidated.*` are the same weights once more, in Mistral's own form. */
export const weightFiles = (names: readonly string[]): readonly string[] => {
  const all = names.filter((name) => name.endsWith('.safetensors') && !name.includes('/'));
  const usual = all.filter((name) => !name.startsWith('consolidated'));
  return usual.length > 0 ? usual : all;
};

/** The weights in a folder, from the headers of its files; undefined where it holds none. Throws on a broken file. */
export const readFolderWeights = async (system: System, folder: string): Promise<TensorSums | undefined> => {
  const names = weightFiles(await system.files.list(folder));
  if (names.length === 0) return undefined;
  return addSums(await Promise.all(names.map((name) => readOne(system, join(folder, name)))));
};
