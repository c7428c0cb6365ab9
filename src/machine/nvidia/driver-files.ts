import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import type { NvidiaFacts } from './facts.ts';

/** The first line of /proc/driver/nvidia/version, `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  …`. */
const parseDriverProc = (text: string | undefined): string | null =>
  /Kernel Module(?: for \S+)?\s+(\d+\.\d+(?:\.\d+)?)/.exec(text ?? '')?.[1] ?? null;

/** Modules that say how a graphics card is driven. */
const telling = /^(nvidia|nvidia_uvm|nvidia_drm|nvidia_modeset|nouveau|nova_core|amdgpu|i915|xe)$/;

/** Names in /proc/modules that matter here. */
const parseModules = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => telling.test(name));

const parseDriverParams = (text: string | undefined): boolean | null => {
  const found = /^PreserveVideoMemoryAllocations:\s*(\d)/m.exec(text ?? '')?.[1];
  return found === undefined ? null : found === '1';
};

/** The module that lies ready for the running kernel, whether it is loaded or not. */
const installedModule = async (observer: Observer): Promise<Known<string | null>> => {
  if (observer.system.platform !== 'linux') return { value: null };
  const answer = await observer.run('modinfo', ['modinfo', '-F', 'version', 'nvidia']);
  if (answer.ok) return { value: answer.stdout.trim() || null };
  if (answer.notFound) return { notChecked: 'there is no modinfo' };
  if (answer.timedOut) return { notChecked: 'modinfo did not answer' };
  return { value: null };
};

type FileFacts = Pick<
  NvidiaFacts,
  'loadedModule' | 'installedModule' | 'modules' | 'deviceNodes' | 'preservesMemory'
>;

/** What the kernel tells of the driver without asking it. */
export const readDriverFiles = async (observer: Observer): Promise<FileFacts> => {
  const { system, read, readFor } = observer;
  const [proc, module, modules, params, devices, installed] = await Promise.all([
    readFor('nvidia-driver', '/proc/driver/nvidia/version'),
    read('/sys/module/nvidia/version'),
    read('/proc/modules'),
    read('/proc/driver/nvidia/params'),
    system.files.list('/dev').catch(() => []),
    installedModule(observer),
  ]);
  return {
    loadedModule: parseDriverProc(proc) ?? (module?.trim() || null),
    installedModule: installed,
    modules:
      modules === undefined
        ? { notChecked: '/proc/modules cannot be read' }
        : { value: parseModules(modules) },
    deviceNodes: devices.filter((name) => /^(nvidia|dxg$)/.test(name)).map((name) => `/dev/${name}`),
    preservesMemory: parseDriverParams(params),
  };
};
