import { dirname, join } from 'node:path';

/** Reads a small text file; undefined when it is not there or may not be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** What the control groups that hold this process allow it. Undefined: no limit. */
export interface CgroupLimits {
  /** CPU time per wall-clock time, e.g. 1.5. */
  readonly cpus: number | undefined;
  readonly memory: { readonly limitBytes: number; readonly usedBytes: number } | undefined;
}

/** One kind of limit: the folders that may hold it, innermost first. A limit of an outer folder binds as well. */
interface Hierarchy {
  readonly version: 1 | 2;
  readonly folders: readonly string[];
}

const mount = '/sys/fs/cgroup';

/** `/a/b` below `base` → base/a/b, base/a, base. In a container the path may not exist below it; the base does. */
const upwards = (base: string, path: string): readonly string[] => {
  const folders: string[] = [];
  for (let at = join('/', path); ; at = dirname(at)) {
    folders.push(at === '/' ? base : join(base, at));
    if (at === '/') return folders;
  }
};

/** Where the limits of `controller` are, from /proc/self/cgroup (cgroups(7)); version 1 wins where both are mounted. */
const hierarchies = (selfCgroup: string, controller: 'cpu' | 'memory'): readonly Hierarchy[] => {
  const lines = selfCgroup
    .split('\n')
    .map((line) => /^(\d+):([^:]*):(.*)$/.exec(line.trim()))
    .filter((match) => match !== null);
  const found: Hierarchy[] = [];
  for (const [, , names = '', path = '/'] of lines) {
    if (names.split(',').includes(controller)) {
      for (const folder of new Set([controller, names])) {
        found.push({ version: 1, folders: upwards(join(mount, folder), path) });
      }
    } else if (names === '') {
      found.push({ version: 2, folders: upwards(mount, path) });
    }
  }
  return found;
};

const numberIn = (text: string | undefined): number | undefined => {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
};

const cpuQuota = async (read: ReadText, folder: string, version: 1 | 2): Promise<number | undefined> => {
  if (version === 2) {
    const [quota, period] = (await read(join(folder, 'cpu.max')))?.trim().split(' ') ?? [];
    const cpus = Number(quota) / Number(period);
    return cpus > 0 ? cpus : undefined;
  }
  const quota = numberIn(await read(join(folder, 'cpu.cfs_quota_us')));
  const period = numberIn(await read(join(folder, 'cpu.cfs_period_us')));
  return quota !== undefined && quota > 0 && period ? quota / period : undefined;
};

const memoryFiles = {
  1: { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', cache: 'total_inactive_file' },
  2: { limit: 'memory.max', used: 'memory.current', cache: 'inactive_file' },
} as const;

/** Page cache that the kernel gives back when memory is short is not counted as used. */
const memoryLimit = async (
  read: ReadText,
  folder: string,
  version: 1 | 2,
): Promise<CgroupLimits['memory']> => {
  const files = memoryFiles[version];
  const limitBytes = numberIn(await read(join(folder, files.limit)));
  if (limitBytes === undefined) return undefined;
  const used = numberIn(await read(join(folder, files.used))) ?? 0;
  const stat = await read(join(folder, 'memory.stat'));
  const cache = numberIn(new RegExp(`^${files.cache} (\\d+)$`, 'm').exec(stat ?? '')?.[1]) ?? 0;
  return { limitBytes, usedBytes: Math.max(0, used - cache) };
};

const everyFolder = async <T>(
  found: readonly Hierarchy[],
  ask: (folder: string, version: 1 | 2) => Promise<T | undefined>,
): Promise<readonly T[]> => {
  const answers = await Promise.all(
    found.flatMap(({ folders, version }) => folders.map((folder) => ask(folder, version))),
  );
  return answers.filter((answer) => answer !== undefined) as T[];
};

/** Reads the limits of both cgroup versions; a machine without cgroups has none. */
export const cgroupLimits = async (read: ReadText): Promise<CgroupLimits> => {
  const self = await read('/proc/self/cgroup');
  if (self === undefined) return { cpus: undefined, memory: undefined };
  const [quotas, memories] = await Promise.all([
    everyFolder(hierarchies(self, 'cpu'), (folder, version) => cpuQuota(read, folder, version)),
    everyFolder(hierarchies(self, 'memory'), (folder, version) => memoryLimit(read, folder, version)),
  ]);
  return {
    cpus: quotas.length === 0 ? undefined : Math.min(...quotas),
    memory: memories.toSorted((a, b) => a.limitBytes - b.limitBytes)[0],
  };
};
