import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import type { MachineReport } from '../../machine/report.ts';
import { chooseModels } from '../../models/choose.ts';
import { findModel } from '../../models/ensure.ts';
import { listStored } from '../../models/manifest/inventory.ts';
import { parseReference } from '../../models/reference.ts';
import { readApplied } from '../../stack/applied.ts';
import type { System } from '../../system/system.ts';
import type { ModelFacts } from '../facts.ts';

/** `model.safetensors.index.json` names the file of each weight. */
const filesOf = (text: string | undefined): readonly string[] => {
  try {
    const { weight_map } = JSON.parse(text ?? '{}') as { weight_map?: Readonly<Record<string, string>> };
    return [...new Set(Object.values(weight_map ?? {}))];
  } catch {
    return [];
  }
};

const snapshots = async ({ files }: System, cache: string) => {
  const repos = (await files.list(cache)).filter((name) => name.startsWith('models--'));
  const found = await Promise.all(
    repos.map(async (name) => {
      const folder = join(cache, name, 'snapshots');
      const repo = name.split('--').slice(1).join('/');
      return (await files.list(folder)).map((commit) => ({ repo, folder: join(folder, commit) }));
    }),
  );
  return found.flat();
};

/** Models of several files whose index names some that are not there. */
const missingShards = async (system: System, cache: string): Promise<ModelFacts['missingShards']> => {
  const found = await Promise.all(
    (await snapshots(system, cache)).map(async ({ repo, folder }) => {
      const index = await system.files.readText(join(folder, 'model.safetensors.index.json'));
      const there = await Promise.all(
        filesOf(index).map(async (file) => [file, await system.files.stat(join(folder, file))] as const),
      );
      return { repo, files: there.flatMap(([file, facts]) => (facts ? [] : [file])) };
    }),
  );
  return found.filter(({ files }) => files.length > 0);
};

/** Looks at the models on this disk and at what would be served. Asks no network. */
export const probeModels = async (
  system: System,
  paths: Paths,
  packageFolder: string,
  machine: MachineReport,
): Promise<ModelFacts> => {
  const [stored, shards, applied, cache] = await Promise.all([
    listStored(system, paths),
    missingShards(system, paths.modelCache),
    readApplied(system, paths),
    system.files.realpath(paths.modelCache),
  ]);
  const candidates = await Promise.all(
    chooseModels(machine).map(async ({ model: { name, reference } }) => ({
      ...{ name, reference },
      onDisk: (await findModel(system, paths, parseReference(reference, '/'), packageFolder)) !== undefined,
    })),
  );
  const served = await Promise.all(
    (applied?.served ?? []).map(async ({ model: { id, file } }) => ({
      ...{ id, file },
      there: file === '' || (await system.files.stat(file)) !== undefined,
    })),
  );
  // Of several, one that is missing is what matters.
  const chosen = served.find(({ there }) => !there) ?? served[0];
  const hubFiles = stored.filter(({ source }) => source === 'hub').flatMap(({ files }) => files);
  return {
    unfinished: stored.filter(({ whole }) => !whole).map(({ id }) => id),
    missingShards: shards,
    outsideCache: hubFiles
      .map(({ data }) => data)
      .filter(
        (data) =>
          cache !== undefined && !data.startsWith(`${cache}/`) && !data.startsWith(`${paths.modelCache}/`),
      ),
    chosen: chosen ?? null,
    candidates,
  };
};
