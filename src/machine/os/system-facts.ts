import { factOf, type Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import type { Distribution, SystemFacts } from '../report.ts';
import { parseOsRelease } from './distribution.ts';
import { probeWsl } from './wsl.ts';

/** The efi variable's last byte says whether Secure Boot is on; its first four are attributes (efivarfs). */
const secureBootVariable = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

const isThere = async ({ system }: Observer, path: string): Promise<boolean> =>
  (await system.files.stat(path).catch(() => undefined)) !== undefined;

const distribution = async (observer: Observer): Promise<Known<Distribution>> => {
  const text =
    (await observer.readFor('os-release', '/etc/os-release')) ?? (await observer.read('/usr/lib/os-release'));
  if (text === undefined) return { notChecked: '/etc/os-release cannot be read' };
  return { value: parseOsRelease(text, await isThere(observer, '/run/ostree-booted')) };
};

const secureBoot = async (observer: Observer): Promise<Known<boolean>> => {
  // A machine that was not started through UEFI has none.
  if (!(await isThere(observer, '/sys/firmware/efi'))) return { value: false };
  const bytes = await observer.system.files.readBytes(secureBootVariable).catch(() => undefined);
  const last = bytes?.at(-1);
  return last === undefined ? { notChecked: 'the firmware does not say' } : { value: last === 1 };
};

const selinux = async (observer: Observer): Promise<SystemFacts['selinux']> => {
  const text = (await observer.read('/sys/fs/selinux/enforce'))?.trim();
  if (text === undefined) return { value: 'disabled' };
  return { value: text === '1' ? 'enforcing' : 'permissive' };
};

const container = async (observer: Observer): Promise<string | null> => {
  if (observer.system.env['KUBERNETES_SERVICE_HOST']) return 'kubernetes';
  if (await isThere(observer, '/.dockerenv')) return 'docker';
  return (await isThere(observer, '/run/.containerenv')) ? 'podman' : null;
};

const board = async ({ read }: Observer): Promise<string | null> => {
  const text = (await read('/proc/device-tree/model')) ?? (await read('/sys/class/dmi/id/product_name'));
  return text?.replaceAll('\0', '').trim() || null;
};

const user = async (observer: Observer): Promise<SystemFacts['user']> => {
  const { user: who } = observer.system;
  if (!who) return null;
  const answer = await observer.run('groups', ['id', '-nG']);
  return { uid: who.uid, groups: answer.ok ? answer.stdout.trim().split(/\s+/) : [] };
};

const suspends = async ({ read }: Observer): Promise<number | null> => {
  const text = (await read('/sys/power/suspend_stats/success'))?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
};

/** What the operating system is and how it is set up. */
export const probeSystem = async (
  observer: Observer,
  kernel: string,
  kernelVersion: string | undefined,
): Promise<SystemFacts> => {
  const { env, platform } = observer.system;
  const linux = platform === 'linux';
  const [named, systemd, inside, boot, security, count, wsl, model, who] = await Promise.all([
    linux ? distribution(observer) : ({ notChecked: `this is ${platform}` } as const),
    isThere(observer, '/run/systemd/system'),
    container(observer),
    linux ? secureBoot(observer) : ({ notChecked: `this is ${platform}` } as const),
    selinux(observer),
    suspends(observer),
    probeWsl(observer, kernelVersion),
    board(observer),
    user(observer),
  ]);
  return {
    distribution: named,
    kernel,
    systemd,
    container: inside,
    secureBoot: boot,
    selinux: security,
    suspends: count,
    wsl,
    board: model,
    user: who,
    locale: env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || null,
  };
};

/** How packages are installed here; `other` where it is not known. */
export const familyOf = (facts: SystemFacts): Distribution['family'] =>
  factOf(facts.distribution)?.family ?? 'other';
