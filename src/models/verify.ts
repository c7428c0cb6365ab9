import type { System } from '../system/system.ts';
import { namedSha256 } from './hub/find-cached.ts';
import { partsOf } from './hub/select-files.ts';
import type { LocalModel } from './model.ts';
import type { FetchProgress } from './progress.ts';

interface KnownFile {
  readonly file: string;
  readonly sha256: string;
}

const knownFiles = async (
  system: System,
  { file, sha256, source }: LocalModel,
): Promise<readonly KnownFile[]> => {
  if (source !== 'hub') return sha256 === undefined ? [] : [{ file, sha256 }];
  const named = await Promise.all(
    partsOf(file).map(async (part) => ({ file: part, sha256: await namedSha256(system, part) })),
  );
  return named.filter((one): one is KnownFile => one.sha256 !== undefined);
};

/**
 * Reads a model's files and compares their hashes; a damaged one is thrown away, so that it is fetched anew. False when
 * one was. Files that nobody knows the hash of are not checked.
 */
export const verifyModel = async (
  system: System,
  model: LocalModel,
  onProgress: FetchProgress | undefined,
  signal: AbortSignal,
): Promise<boolean> => {
  let sound = true;
  for (const { file, sha256 } of await knownFiles(system, model)) {
    onProgress?.({ phase: 'checking', file, doneBytes: 0, totalBytes: model.sizeBytes });
    if ((await system.files.sha256(file, signal)) === sha256) continue;
    sound = false;
    await system.files.remove((await system.files.realpath(file)) ?? file);
  }
  return sound;
};
