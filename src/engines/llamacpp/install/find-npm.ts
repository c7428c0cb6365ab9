import { basename, dirname, join } from 'node:path';
import type { System } from '../../../system/system.ts';

/** How npm is started: a program and its first arguments. */
export type NpmCommand = readonly [program: string, ...args: string[]];

/**
 * The npm that belongs to the Node that runs us, else the one that started us (`npx` says which that is), else the
 * one on PATH.
 */
export const findNpm = async (system: System): Promise<NpmCommand> => {
  const { env, files, nodePath } = system;
  const beside = join(dirname(nodePath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const starter = env['npm_execpath'] ?? '';
  const scripts = basename(starter) === 'npm-cli.js' ? [beside, starter] : [beside];
  for (const script of scripts) if (await files.stat(script)) return [nodePath, script];
  return ['npm'];
};
