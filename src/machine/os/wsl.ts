import type { Observer } from '../observer.ts';
import type { WslFacts } from '../report.ts';

/** WSL 1 says `Microsoft`, WSL 2 `microsoft-standard-WSL2`. Undefined: not WSL. */
export const wslVersion = (kernelVersion: string | undefined): 1 | 2 | undefined => {
  if (!/microsoft/i.test(kernelVersion ?? '')) return undefined;
  return /WSL2|microsoft-standard/.test(kernelVersion ?? '') ? 2 : 1;
};

const usersFolder = '/mnt/c/Users';

/** A value of the `[wsl2]` section of `.wslconfig`. */
const setting = (text: string, key: string): string | null =>
  new RegExp(`^\\s*${key}\\s*=\\s*(.+?)\\s*$`, 'im').exec(text)?.[1] ?? null;

export const parseWslConfig = (path: string, text: string): NonNullable<WslFacts['config']> => ({
  path,
  memory: setting(text, 'memory'),
  networkingMode: setting(text, 'networkingMode'),
});

/** Windows knows which of its users we belong to; from here it is the one with a `.wslconfig`, our own name first. */
const findConfig = async ({ system, read }: Observer): Promise<WslFacts['config']> => {
  const users = await system.files.list(usersFolder).catch((): readonly string[] => []);
  const own = system.env['USER'] ?? '';
  for (const user of [own, ...users.filter((name) => name !== own)]) {
    if (!users.includes(user)) continue;
    const path = `${usersFolder}/${user}/.wslconfig`;
    const text = await read(path);
    if (text !== undefined) return parseWslConfig(path, text);
  }
  return null;
};

/** Windows' driver brings these libraries; a Linux driver installed inside WSL puts its own before them. */
const windowsLibraries = '/usr/lib/wsl/lib';
const linuxLibraries = ['/usr/lib/x86_64-linux-gnu/libcuda.so.1', '/usr/lib64/libcuda.so.1'];

const findShadow = async ({ system: { files } }: Observer): Promise<string | null> => {
  for (const path of linuxLibraries) {
    const real = await files.realpath(path).catch(() => undefined);
    if (real !== undefined && !real.startsWith(windowsLibraries)) return path;
  }
  return null;
};

export const probeWsl = async (
  observer: Observer,
  kernelVersion: string | undefined,
): Promise<WslFacts | null> => {
  const version = wslVersion(kernelVersion);
  if (version === undefined) return null;
  const [config, shadowingLibrary] = await Promise.all([findConfig(observer), findShadow(observer)]);
  return { version, config, shadowingLibrary };
};
