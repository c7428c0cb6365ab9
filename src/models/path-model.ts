import { basename, join } from 'node:path';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { missingTail } from './gguf/facts.ts';
import { readGguf } from './gguf/read-gguf.ts';
import { partsOf, selectFiles } from './hub/select-files.ts';
import type { LocalModel } from './model.ts';
import { idOfFile } from './model-id.ts';
import { shardsOf } from './safetensors/shards.ts';

const notServable = (model: string, problem: string): Error =>
  failure('MODEL_NOT_SERVABLE', { model, problem });

/** The GGUF that a folder holds, the parts of one counting as one; undefined when it holds none. */
const ggufInFolder = (folder: string, names: readonly string[]): string | undefined => {
  const firsts = new Set(
    names.filter((name) => /\.gguf$/i.test(name)).map((name) => partsOf(name)[0] ?? name),
  );
  const models = [...firsts].filter((name) => !/mmproj|imatrix/i.test(name));
  const [only, another] = models;
  if (another !== undefined) {
    const problem = `it holds ${models.length} GGUF files; name one, e.g. ${join(folder, only ?? '')}`;
    throw failure('MODEL_REFERENCE', { reference: folder, problem });
  }
  return only === undefined ? undefined : join(folder, only);
};

/** A folder with safetensors as a whole: an engine that reads them is given the folder. */
const openFolder = async (
  system: System,
  folder: string,
  names: readonly string[],
  only: 'gguf' | undefined,
): Promise<LocalModel> => {
  const { format, paths } = selectFiles(names, undefined, folder);
  if (only === 'gguf') throw notServable(folder, `it holds ${format}, and GGUF is needed here`);
  if (!names.includes('config.json')) throw notServable(folder, 'it holds safetensors without a config.json');
  const missing = (await shardsOf(system, folder)).find((shard) => !names.includes(shard));
  if (missing !== undefined) throw notServable(folder, `${missing} is missing, which its index names`);
  const sizes = await Promise.all(paths.map((name) => system.files.stat(join(folder, name))));
  return {
    reference: folder,
    id: basename(folder),
    file: folder,
    sha256: undefined,
    sizeBytes: sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0),
    source: 'path',
  };
};

const sizeOfParts = async (system: System, file: string, reference: string): Promise<number> => {
  let sum = 0;
  for (const part of partsOf(file)) {
    const found = await system.files.stat(part);
    if (found?.kind !== 'file') throw failure('MODEL_FILE_MISSING', { file: part, reference });
    sum += found.size;
  }
  return sum;
};

/**
 * The model at a path of this disk: a GGUF file, a folder with one in it, or one with safetensors unless `only` GGUF is
 * good. Throws MODEL_FILE_MISSING, MODEL_NOT_SERVABLE for a file that is none or not all there, MODEL_REFERENCE for a
 * folder with several.
 */
export const openPathModel = async (system: System, path: string, only?: 'gguf'): Promise<LocalModel> => {
  const found = await system.files.stat(path);
  if (!found) throw failure('MODEL_FILE_MISSING', { file: path, reference: '<model>' });
  const names = found.kind === 'folder' ? await system.files.list(path) : [];
  const file = found.kind === 'folder' ? ggufInFolder(path, names) : path;
  if (file === undefined) return openFolder(system, path, names, only);
  const sizeBytes = await sizeOfParts(system, file, '<model>');
  for (const part of partsOf(file)) {
    const read = await readGguf(system, part);
    const problem = 'problem' in read ? read.problem : missingTail(read.header);
    if (problem !== undefined) throw notServable(part, problem);
  }
  return {
    reference: path,
    id: idOfFile(basename(file)),
    file,
    sha256: undefined,
    sizeBytes,
    source: 'path',
  };
};
