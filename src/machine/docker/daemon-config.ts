import { join } from 'node:path';
import { reason } from '../../errors.ts';
import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import type { DaemonConfig, DockerFacts } from './facts.ts';

interface ConfigFile {
  readonly runtimes?: Readonly<Record<string, unknown>>;
  readonly 'default-runtime'?: string;
  readonly 'exec-opts'?: readonly string[];
}

/** The engine takes strict JSON only: a comma too many and it does not start. */
export const parseDaemonConfig = (path: string, text: string): DaemonConfig => {
  const nothing = { path, runtimes: [], defaultRuntime: null, cgroupDriver: null };
  let config: ConfigFile;
  try {
    // An empty file is as good as none.
    config = text.trim() === '' ? {} : (JSON.parse(text) as ConfigFile);
  } catch (caught) {
    return { ...nothing, problem: reason(caught) };
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    return { ...nothing, problem: 'it must hold one object' };
  }
  const cgroup = (config['exec-opts'] ?? []).find((option) => option.startsWith('native.cgroupdriver='));
  return {
    path,
    problem: null,
    runtimes: Object.keys(config.runtimes ?? {}).sort(),
    defaultRuntime: config['default-runtime'] ?? null,
    cgroupDriver: cgroup?.split('=')[1] ?? null,
  };
};

/** Where the engine's settings lie, which depends on who runs it. */
export const configPath = (
  { env, home, platform }: Observer['system'],
  docker: Pick<DockerFacts, 'snap' | 'context' | 'daemon'>,
): string => {
  const endpoint = 'value' in docker.context ? docker.context.value.endpoint : '';
  const rootless = docker.daemon.answers ? docker.daemon.rootless : endpoint.startsWith('unix:///run/user/');
  const desktop = platform === 'darwin' || (docker.daemon.answers && docker.daemon.desktop);
  if (desktop) return join(home, '.docker', 'daemon.json');
  if (rootless) return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'docker', 'daemon.json');
  return docker.snap ? '/var/snap/docker/current/config/daemon.json' : '/etc/docker/daemon.json';
};

export const readDaemonConfig = async (
  { system, evidence, readFor }: Observer,
  path: string,
): Promise<Known<DaemonConfig | null>> => {
  if (!(await system.files.stat(path).catch(() => undefined))) return { value: null };
  const text = await readFor('docker-config', path);
  if (text !== undefined) return { value: parseDaemonConfig(path, text) };
  return { notChecked: `${path} may not be read (${evidence['docker-config']?.lines[0] ?? ''})` };
};
