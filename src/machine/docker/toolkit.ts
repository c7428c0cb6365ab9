import { join } from 'node:path';
import { parse } from 'yaml';
import { reason } from '../../errors.ts';
import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import { onPath } from '../programs.ts';
import type { CdiSpec, ToolkitFacts } from './facts.ts';

/** `NVIDIA Container Toolkit CLI version 1.17.8`. */
export const parseToolkitVersion = (text: string): string | undefined =>
  /version\s+v?(\d+(?:\.\d+)+\S*)/i.exec(text)?.[1];

interface SpecFile {
  readonly kind?: string;
  readonly devices?: readonly { readonly name?: string | number }[];
}

/** Reads a CDI specification; YAML and JSON alike. */
export const parseCdiSpec = (path: string, text: string): CdiSpec => {
  try {
    const { kind = '', devices = [] } = (parse(text) ?? {}) as SpecFile;
    return {
      path,
      kind,
      devices: devices.map(({ name }) => String(name ?? '')),
      driverVersion: /lib(?:cuda|nvidia-ml)\.so\.(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] ?? null,
      problem: null,
    };
  } catch (caught) {
    return { path, kind: '', devices: [], driverVersion: null, problem: reason(caught) };
  }
};

/** Where Docker and Podman look for specifications unless told otherwise. */
const standardFolders = ['/etc/cdi', '/var/run/cdi'];

/** The specifications of NVIDIA's devices. */
export const findCdi = async (
  { system, read }: Observer,
  folders: readonly string[],
): Promise<readonly CdiSpec[]> => {
  const wanted = [...new Set([...standardFolders, ...folders])];
  const found = await Promise.all(
    wanted.map(async (folder) => {
      const names = await system.files.list(folder).catch(() => []);
      const paths = names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => join(folder, name));
      return Promise.all(paths.map(async (path) => parseCdiSpec(path, (await read(path)) ?? '')));
    }),
  );
  return found.flat().filter(({ kind, path }) => kind.startsWith('nvidia.com/') || /nvidia/.test(path));
};

export const parseNoCgroups = (text: string | undefined): boolean | null => {
  const found = /^\s*no-cgroups\s*=\s*(true|false)/m.exec(text ?? '')?.[1];
  return found === undefined ? null : found === 'true';
};

/** Places that are not on every PATH. */
const isInstalled = async ({ system }: Observer, program: string): Promise<boolean> =>
  (await onPath(system, program)) !== undefined;

const version = async (observer: Observer): Promise<Known<string | null>> => {
  const answer = await observer.run('nvidia-ctk', ['nvidia-ctk', '--version']);
  if (answer.notFound) return { value: null };
  const found = parseToolkitVersion(answer.stdout);
  return found === undefined ? { notChecked: 'nvidia-ctk does not tell its version' } : { value: found };
};

/** NVIDIA's container toolkit; its CDI specifications are looked for elsewhere, once Docker has said where. */
export const probeToolkit = async (observer: Observer): Promise<Omit<ToolkitFacts, 'cdi'>> => {
  const [found, hook, runtime, config] = await Promise.all([
    version(observer),
    isInstalled(observer, 'nvidia-container-runtime-hook'),
    isInstalled(observer, 'nvidia-container-runtime'),
    observer.read('/etc/nvidia-container-runtime/config.toml'),
  ]);
  return { version: found, hook, runtime, noCgroups: parseNoCgroups(config) };
};
