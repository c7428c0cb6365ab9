import { isAbsolute, resolve } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { type BrokenServer, type InstalledServer, readInstalled } from '../engines/llama-server/installed.ts';
import { onPath } from '../machine/programs.ts';
import type { System } from '../system/system.ts';

const withHome = (path: string, { home }: System): string => path.replace(/^~(?=\/)/, home);

/** llama.cpp's own server on this machine: the one that the settings name, else the one on PATH. */
export const findLlamaServer = async (
  system: System,
  { engine, 'llamaServer.path': path }: Settings,
): Promise<InstalledServer | BrokenServer | undefined> => {
  if (engine !== 'auto' && engine !== 'llama-server') return undefined;
  const given = path === undefined ? undefined : withHome(path, system);
  if (given !== undefined) {
    const program = isAbsolute(given) ? given : resolve(system.cwd, given);
    const facts = await system.files.stat(program).catch(() => undefined);
    if (facts?.kind !== 'file') return { program, problem: 'llamaServer.path names no file' };
    return readInstalled(system, program);
  }
  const program = await onPath(system, 'llama-server');
  return program === undefined ? undefined : readInstalled(system, program);
};
