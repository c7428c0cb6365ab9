import { join } from 'node:path';
import { failure } from '../../../errors.ts';
import { testedVllm } from '../../../machine/gpus/vllm-support.ts';
import { withLock } from '../../../system/lock.ts';
import type { System } from '../../../system/system.ts';
import type { InstallProgress } from '../../engine.ts';
import type { VllmBuild } from '../spec.ts';
import { installPackages } from './packages.ts';
import { findPython } from './python.ts';
import { runStep } from './run-step.ts';

export interface Environment {
  /** Where it is, for good: scripts in it name this path. */
  readonly folder: string;
  readonly build: VllmBuild;
  readonly lockFile: string;
}

/** Written last: without it the environment is unfinished, and the next installation goes on with it. */
const markerOf = (folder: string): string => join(folder, 'localai.json');

const gib = 1024 ** 3;

/** The CPU build takes 6 GB (measured), CUDA's about 9 GB (an estimate); beside each the wheels while they are unpacked. */
const neededBytes: Readonly<Record<VllmBuild, number>> = { cpu: 9 * gib, cuda: 14 * gib };

/** Another process that installs the same thing needs this long at most on a slow line, ms. */
const waitForOtherMs = 60 * 60_000;

const what = 'installing vLLM';

/** Whether an environment is whole and of this version. */
const isWhole = async (system: System, { folder, build }: Environment): Promise<boolean> => {
  const text = await system.files.readText(markerOf(folder));
  if (text === undefined) return false;
  try {
    const said = JSON.parse(text) as { version?: unknown; build?: unknown };
    return said.version === testedVllm && said.build === build;
  } catch {
    return false;
  }
};

const shown = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const checkDisk = async (system: System, { folder, build }: Environment): Promise<void> => {
  const free = await system.files.freeBytes(folder);
  const needed = neededBytes[build];
  if (free >= needed) return;
  throw failure('VLLM_INSTALL', {
    problem: `it needs ${shown(needed)} of disk at ${folder}, and ${shown(free)} are free`,
    fix: 'Free some, or put everything of localai onto another disk with LOCALAI_HOME.',
  });
};

/**
 * Makes the Python environment for vLLM once; does nothing when it is there. An interrupted installation is continued.
 * Throws VLLM_INSTALL with pip's own words.
 */
export const installEnvironment = async (
  system: System,
  environment: Environment,
  progress: InstallProgress,
  signal: AbortSignal,
): Promise<void> => {
  if (await isWhole(system, environment)) return;
  const onWait = (holder: { pid: number; what: string }): void =>
    progress({ what: `waiting for process ${holder.pid} (${holder.what})` });
  const lock = { what, waitMs: waitForOtherMs, onWait, signal };
  await withLock(system, environment.lockFile, lock, async () => {
    if (await isWhole(system, environment)) return;
    await make(system, environment, progress, signal);
  });
};

const make = async (
  system: System,
  environment: Environment,
  progress: InstallProgress,
  signal: AbortSignal,
): Promise<void> => {
  const { folder, build } = environment;
  const { files } = system;
  const python = join(folder, 'bin', 'python');
  const begun = (await files.stat(python)) !== undefined;
  await files.mkdir(folder);
  if (!begun) await checkDisk(system, environment);
  const tool = await findPython(system, signal);
  if (!begun) {
    progress({ what: `a Python environment, with ${tool.name}` });
    await runStep(system, tool.make(folder), { signal });
  }
  // The system's own folder for them may be small, or in memory.
  const work = join(folder, 'tmp');
  await files.mkdir(work);
  try {
    await installPackages(system, { folder, python, build, tool, work }, progress, signal);
  } finally {
    await files.remove(work);
  }
  progress({ what: 'trying it' });
  const version = await runStep(system, [python, join(folder, 'bin', 'vllm'), '--version'], { signal });
  if (!version.includes(testedVllm)) {
    const problem = `it says to be ${version.trim().slice(-80)} instead of ${testedVllm}`;
    throw failure('VLLM_INSTALL', { problem, fix: `Remove it and try again: \`rm -r ${folder}\`.` });
  }
  const marker = { version: testedVllm, build, with: tool.name };
  await files.writeAtomic(markerOf(folder), `${JSON.stringify(marker)}\n`);
};
