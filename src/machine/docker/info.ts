import type { RunResult } from '../../system/run.ts';
import type { DockerDaemon, DockerSilence } from './facts.ts';

/** What we read of `docker info --format '{{json .}}'`; fields are empty where the engine is older than they are. */
interface Info {
  readonly ServerVersion?: string;
  readonly OperatingSystem?: string;
  readonly DockerRootDir?: string;
  readonly Driver?: string;
  readonly CgroupDriver?: string;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DefaultRuntime?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly HttpProxy?: string;
  readonly HttpsProxy?: string;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
  readonly Warnings?: readonly string[] | null;
}

/** The engine's answer; undefined where there is none in it. */
export const parseInfo = (stdout: string): DockerDaemon | undefined => {
  let info: Info;
  try {
    info = JSON.parse(stdout) as Info;
  } catch {
    return undefined;
  }
  if (!info.ServerVersion) return undefined;
  const options = info.SecurityOptions ?? [];
  const has = (name: string): boolean => options.some((option) => option.split(',').includes(`name=${name}`));
  const os = info.OperatingSystem ?? '';
  return {
    answers: true,
    version: info.ServerVersion,
    os,
    rootFolder: info.DockerRootDir ?? '',
    storageDriver: info.Driver ?? '',
    cgroupDriver: info.CgroupDriver ?? '',
    runtimes: Object.keys(info.Runtimes ?? {}).sort(),
    defaultRuntime: info.DefaultRuntime ?? '',
    rootless: has('rootless'),
    desktop: /docker desktop/i.test(os),
    selinux: has('selinux'),
    proxy: Boolean(info.HttpProxy || info.HttpsProxy),
    cdiFolders: info.CDISpecDirs ?? [],
    cdiDevices: (info.DiscoveredDevices ?? []).flatMap(({ ID }) => (ID ? [ID] : [])),
    warnings: info.Warnings ?? [],
  };
};

const silences: readonly (readonly [RegExp, DockerSilence['why']])[] = [
  [/permission denied/i, 'rights'],
  [/cannot connect|is the docker daemon running|connection refused|no such file|no such host/i, 'down'],
];

/** Why the engine does not answer, in the client's own words. */
export const silenceOf = (result: RunResult): DockerSilence => {
  if (result.timedOut) return { answers: false, why: 'slow', problem: 'it did not answer in time' };
  const words = result.stderr.trim() || result.stdout.trim();
  const why = silences.find(([pattern]) => pattern.test(words))?.[1] ?? 'failed';
  const lines = words.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => silences.some(([pattern]) => pattern.test(line))) ?? lines[0];
  return {
    answers: false,
    why,
    problem: telling || `docker info ended with ${result.exitCode ?? 'no code'}`,
  };
};
