import { basename, join } from 'node:path';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { missingTail } from './gguf/facts.ts';
import { readGguf } from './gguf/read-gguf.ts';
import { partsOf, selectFiles } from './hub/select-files.ts';
import type { LocalModel } from './model.ts';
import { idOfFile } from './model-id.ts';

const notServable = (model: string, problem: string): Error =>
  failure('MODEL_NOT_SERVABLE', { model, problem });

/** The GGUF that a folder holds; the parts of one count as one. */
const fileInFolder = async (system: System, folder: string): Promise<string> => {
  const names = await system.files.list(folder);
  const firsts = new Set(
    names.filter((name) => /\.gguf$/i.test(name)).map((name) => partsOf(name)[0] ?? name),
  );
  const models = [...firsts].filter((name) => !/mmproj|imatrix/i.test(name));
  const [only, another] = models;
  if (another !== undefined) {
    const problem = `it holds ${models.length} GGUF files; name one, e.g. ${join(folder, only ?? '')}`;
    throw failure('MODEL_REFERENCE', { reference: folder, problem });
  }
  if (only !== undefined) return join(folder, only);
  const { format } = selectFiles(names, undefined, folder);
  throw notServable(folder, `it holds ${format}, and GGUF is needed here`);
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
 * The model at a path of this disk: a GGUF file, or a folder with one in it. Throws MODEL_FILE_MISSING,
 * MODEL_NOT_SERVABLE for a file that is none or not all there, MODEL_REFERENCE for a folder with several.
 */
export const openPathModel = async (system: System, path: string): Promise<LocalModel> => {
  const found = await system.files.stat(path);
  if (!found) throw failure('MODEL_FILE_MISSING', { file: path, reference: '<model>' });
  const file = found.kind === 'folder' ? await fileInFolder(system, path) : path;
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
