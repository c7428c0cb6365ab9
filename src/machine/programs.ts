import { delimiter, join } from 'node:path';
import type { System } from '../system/system.ts';

/** The full path of a program on PATH; undefined when there is none. */
const onPath = async (system: System, program: string): Promise<string | undefined> => {
  const places = (system.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(
    places.map(async (folder) => {
      const file = join(folder, program);
      const facts = await system.files.stat(file).catch(() => undefined);
      return facts?.kind === 'file' && (facts.mode & 0o111) !== 0 ? file : undefined;
    }),
  );
  return found.find((file) => file !== undefined);
};

/** The Docker client's version; null when there is no Docker. The daemon is not asked. */
export const dockerVersion = async (
  system: System,
  signal: AbortSignal,
): Promise<{ readonly version: string } | null> => {
  const answer = await system.run('docker', ['--version'], { signal });
  if (answer.notFound) return null;
  const version = /version\s+([^\s,]+)/.exec(answer.stdout)?.[1];
  if (!answer.ok || version === undefined)
    throw new Error(answer.stderr.trim() || 'no version in its answer');
  return { version };
};

/** Where pip is, null when this machine has none. Looked for and not run: Python alone takes longer than all the rest. */
export const findPip = async (system: System): Promise<string | null> =>
  (await onPath(system, 'pip3')) ?? (await onPath(system, 'pip')) ?? null;
