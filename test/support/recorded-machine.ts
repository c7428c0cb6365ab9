import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Host } from '../../src/machine/host.ts';
import { realClock } from '../../src/system/clock.ts';
import type { Files } from '../../src/system/files.ts';
import type { Run, RunResult } from '../../src/system/run.ts';
import { realSystem, type System } from '../../src/system/system.ts';

/** What a program said when it was asked in this way; the first whose `args` are in the question counts. */
interface Recorded {
  readonly args: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** A whole machine as it answered: test/fixtures/machines. */
export interface MachineFixture {
  readonly about: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly env: Readonly<Record<string, string>>;
  readonly host: {
    readonly os: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly availableBytes: number;
    readonly kernel: string;
    readonly disks: Awaited<ReturnType<Host['disks']>>;
  };
  readonly files: Readonly<Record<string, string>>;
  /** By name on PATH, or by full path. */
  readonly programs: Readonly<Record<string, readonly Recorded[]>>;
}

const folder = join(import.meta.dirname, '../fixtures/machines');

export const fixtureNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''));

export const readFixture = (name: string): MachineFixture =>
  parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as MachineFixture;

const bin = '/usr/bin';

const isFolder = (files: MachineFixture['files'], path: string): boolean =>
  Object.keys(files).some((name) => name.startsWith(`${path}/`));

const facts = (kind: 'file' | 'folder', mode: number) => ({
  ...{ kind, size: 0, modified: 0, mode, uid: 0, inode: 1, links: 1 },
});

const filesOf = ({ files, programs }: MachineFixture): Files => {
  const stat: Files['stat'] = async (path) => {
    const program = path.startsWith(`${bin}/`) && programs[path.slice(bin.length + 1)];
    if (program || programs[path]) return facts('file', 0o755);
    if (path in files) return facts('file', 0o644);
    return isFolder(files, path) ? facts('folder', 0o755) : undefined;
  };
  return {
    ...realSystem({}).files,
    stat,
    readText: async (path) => files[path],
    readBytes: async (path) => (path in files ? Buffer.from(files[path] ?? '', 'latin1') : undefined),
    list: async (path) => [
      ...new Set(
        Object.keys(files)
          .filter((name) => name.startsWith(`${path}/`))
          .map((name) => name.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ],
    realpath: async (path) => ((await stat(path)) ? path : undefined),
    // A file that says `closed` may not be opened.
    mayWrite: async (path) => files[path] !== 'closed',
    freeBytes: async () => 8 * 1024 ** 3,
  };
};

const nothing: RunResult = {
  ...{ exitCode: undefined, signal: undefined, stdout: '', stderr: '' },
  ...{ timedOut: false, notFound: true, ok: false },
};

const runOf =
  ({ programs }: MachineFixture): Run =>
  async (program, args) => {
    const answers = programs[program.startsWith(`${bin}/`) ? program.slice(bin.length + 1) : program];
    const asked = args.join(' ');
    const answer = answers?.find((one) => asked.includes(one.args));
    if (!answer) return nothing;
    const { stdout = '', stderr = '', exitCode = 0 } = answer;
    return { ...nothing, stdout, stderr, exitCode, notFound: false, ok: exitCode === 0 };
  };

/** A System and a Host that answer as the recorded machine did. */
export const recordedMachine = (
  fixture: MachineFixture,
): { readonly system: System; readonly host: Host } => {
  const { host, env, platform, arch, user } = fixture;
  const system: System = {
    ...realSystem({ ...env, PATH: bin }),
    ...{ platform, arch, user, home: env['HOME'] ?? '/root', clock: realClock },
    files: filesOf(fixture),
    run: runOf(fixture),
  };
  const memory = { totalBytes: host.memoryBytes, availableBytes: host.availableBytes };
  return {
    system,
    host: {
      osName: async () => host.os,
      cpuName: async () => host.cpu,
      memory: async () => memory,
      disks: async () => host.disks,
      roughMemory: () => memory,
      cores: () => ({ machine: host.cores, parallelism: host.cores }),
      kernel: () => host.kernel,
    },
  };
};
