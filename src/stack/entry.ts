import { join } from 'node:path';

/** True in a checkout, where Node runs the sources as they are; false in the bundle. */
const fromSource = import.meta.url.endsWith('.ts');

/** The program that starts localai again: ours in the bundle, whatever started us in a checkout. */
export const ownProgram = (packageFolder: string): string =>
  (fromSource ? process.argv[1] : undefined) ?? join(packageFolder, 'bin', 'localai.js');

/** The program of the embedded engine's child process, in a checkout; undefined: the bundled one. */
export const ownWorker = (packageFolder: string): string | undefined =>
  fromSource ? join(packageFolder, 'src', 'engines', 'llamacpp', 'worker.ts') : undefined;
