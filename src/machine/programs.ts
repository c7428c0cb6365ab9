import { delimiter, join } from 'node:path';
import type { System } from '../system/system.ts';

/** The full path of a program on PATH; undefined when there is none. */
export const onPath = async (system: System, program: string): Promise<string | undefined> => {
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

/** Where pip is, null when this machine has none. Looked for and not run: Python alone takes longer than all the rest. */
export const findPip = async (system: System): Promise<string | null> =>
  (await onPath(system, 'pip3')) ?? (await onPath(system, 'pip')) ?? null;
