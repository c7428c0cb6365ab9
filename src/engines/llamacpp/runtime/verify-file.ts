import { failure } from '../../../errors.ts';
import type { System } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import type { TuningFile } from './tuning-file.ts';

/**
 * Checks that a model file is there and, where its hash is known, that it has it: llama.cpp loads a file with garbled
 * weights without complaint. A file that was checked once and has not changed since (size, time, inode) is not read
 * again. Throws ENGINE_LOAD.
 */
export const verifyFile = async (
  system: System,
  { file, modelId, sha256 }: Pick<LlamacppSpec, 'file' | 'modelId' | 'sha256'>,
  tuning: TuningFile,
  signal?: AbortSignal,
): Promise<void> => {
  const found = await system.files.stat(file);
  if (!found) throw failure('ENGINE_LOAD', { model: modelId, problem: `there is no file ${file}` });
  if (sha256 === undefined) return;
  const { size, modified, inode } = found;
  const known = await tuning.verified(file);
  const unchanged = known?.size === size && known.modified === modified && known.inode === inode;
  if (unchanged && known.sha256 === sha256) return;
  const actual = await system.files.sha256(file, signal);
  if (actual !== sha256.toLowerCase()) {
    const problem = `${file} is damaged: its sha256 is ${actual}, not ${sha256}`;
    throw failure('ENGINE_LOAD', { model: modelId, problem });
  }
  await tuning.keepVerified(file, { size, modified, inode, sha256 });
};
