import type { Paths } from '../../config/paths.ts';
import { factOf, known } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { FolderFacts, KeyFile } from '../facts.ts';
import { mountOf, parseMounts } from './mounts.ts';

/** A disk that is gone (a dead network mount) must not hold up the rest, ms. */
const limitMs = 1500;

/** Looks at our folders: room, rights, and what kind of disk they are on. Changes nothing. */
export const probeFolders = async (
  system: System,
  paths: Paths,
  machine: MachineReport,
): Promise<readonly FolderFacts[]> => {
  const mounts = parseMounts((await system.files.readText('/proc/mounts').catch(() => undefined)) ?? '');
  const docker = factOf(machine.docker);
  const root = docker?.daemon.answers && !docker.daemon.desktop ? docker.daemon.rootFolder : '';
  const wanted: readonly (readonly [FolderFacts['what'], string])[] = [
    ['settings', paths.config],
    ['data', paths.data],
    ['state', paths.state],
    ['models', paths.modelCache],
    ['sockets', paths.runtime],
    ['temporary files', system.tmp],
    ...(root === '' ? [] : [['docker', root] as const]),
  ];
  return Promise.all(
    wanted.map(async ([what, path]) => {
      const [freeBytes, writable] = await Promise.all([
        known(system.clock, path, limitMs, () => system.files.freeBytes(path)),
        known(system.clock, path, limitMs, () => system.files.mayWrite(path)),
      ]);
      const mount = mountOf(path, mounts);
      return {
        ...{ what, path, freeBytes },
        writable: factOf(writable) ?? false,
        mount: mount?.path ?? null,
        type: mount?.type ?? null,
      };
    }),
  );
};

/** The files that hold keys, and who may read them. */
export const probeKeyFiles = (system: System, paths: Paths): Promise<readonly KeyFile[]> =>
  Promise.all(
    [paths.ownerKeyFile, paths.keysFile].map(async (path) => ({
      path,
      mode: (await system.files.stat(path).catch(() => undefined))?.mode ?? null,
    })),
  );
