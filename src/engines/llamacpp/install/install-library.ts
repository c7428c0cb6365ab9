import { join } from 'node:path';
import { failure } from '../../../errors.ts';
import { withLock } from '../../../system/lock.ts';
import type { RunResult } from '../../../system/run.ts';
import type { System } from '../../../system/system.ts';
import type { InstallProgress } from '../../engine.ts';
import { findNpm } from './find-npm.ts';
import { type LibraryManifest, libraryVersion } from './manifest.ts';

export interface LibraryInstallation {
  /** Where it goes, `<engines>/llamacpp-<hash>`. */
  readonly folder: string;
  /** The folder that holds the engines; the temporary one is made there, so that it can be renamed. */
  readonly enginesFolder: string;
  readonly lockFile: string;
  readonly manifest: LibraryManifest;
}

/** Unfinished installations have this prefix; whoever holds the lock may sweep them. */
const unfinished = 'installing-llamacpp-';

/** Another process that installs the same thing needs this long at most on a slow line, ms. */
const waitForOtherMs = 20 * 60_000;

const what = 'installing the embedded engine';

/**
 * Installs node-llama-cpp once; does nothing when it is there. It appears under its name only when it is whole: an
 * interrupted installation is swept away by the next one. Throws ENGINE_INSTALL with npm's own words.
 */
export const installLibrary = async (
  system: System,
  target: LibraryInstallation,
  progress: InstallProgress,
  signal: AbortSignal,
): Promise<void> => {
  if (await isWhole(system, target.folder)) return;
  const onWait = (holder: { pid: number; what: string }): void =>
    progress({ what: `waiting for process ${holder.pid} (${holder.what})` });
  await withLock(system, target.lockFile, { what, waitMs: waitForOtherMs, onWait, signal }, async () => {
    if (await isWhole(system, target.folder)) return;
    await sweep(system, target);
    await build(system, target, progress, signal);
  });
};

const isWhole = async (system: System, folder: string): Promise<boolean> =>
  (await installedVersion(system, folder)) === libraryVersion;

const installedVersion = async (system: System, folder: string): Promise<string | undefined> => {
  const text = await system.files.readText(join(folder, 'node_modules', 'node-llama-cpp', 'package.json'));
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as { version?: string }).version;
  } catch {
    return undefined;
  }
};

const sweep = async (system: System, { enginesFolder, folder }: LibraryInstallation): Promise<void> => {
  for (const name of await system.files.list(enginesFolder)) {
    if (name.startsWith(unfinished)) await system.files.remove(join(enginesFolder, name));
  }
  await system.files.remove(folder);
};

const build = async (
  system: System,
  { enginesFolder, folder, manifest }: LibraryInstallation,
  progress: InstallProgress,
  signal: AbortSignal,
): Promise<void> => {
  const { files } = system;
  await files.mkdir(enginesFolder);
  const work = await files.mkdtemp(enginesFolder, unfinished);
  try {
    await files.writeAtomic(join(work, 'package.json'), manifest.packageFile);
    await files.writeAtomic(join(work, 'package-lock.json'), manifest.lockFile);
    const pin = manifest.pinned ? '' : ', the compiled part not pinned by hash';
    progress({ what: `node-llama-cpp ${libraryVersion} from the npm registry${pin}` });
    await runNpm(system, work, manifest.pinned, signal);
    if (!(await isWhole(system, work))) throw broken(`npm left no node-llama-cpp ${libraryVersion}`);
    await files.rename(work, folder);
  } finally {
    await files.remove(work);
  }
};

const broken = (problem: string): Error => failure('ENGINE_INSTALL', { engine: 'llamacpp', problem });

/** `ci` takes exactly what the lock names; `install` also what it does not name. */
const runNpm = async (
  system: System,
  folder: string,
  pinned: boolean,
  signal: AbortSignal,
): Promise<void> => {
  const [program, ...first] = await findNpm(system);
  const args = [
    ...first,
    pinned ? 'ci' : 'install',
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ];
  const result = await system.run(program, args, { cwd: folder, signal });
  signal.throwIfAborted();
  if (result.notFound) throw broken('npm is not on this machine');
  if (!result.ok) throw broken(npmReason(result));
};

/** npm says code, system call and number first, then the reason in words, then advice and the place of its log. */
const npmReason = ({ stderr, stdout, exitCode }: RunResult): string => {
  const lines = `${stderr}\n${stdout}`
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s?/, '').trim())
    .filter((line) => line !== '' && !/^(code|syscall|errno|path|dest) /.test(line));
  return lines[0] ?? `npm ended with code ${exitCode}`;
};
