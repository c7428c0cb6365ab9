import type { Distribution, PackageFamily } from '../report.ts';

/** `KEY="value"` lines of os-release(5). */
const fields = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .map((line) => /^([A-Z_]+)=(.*)$/.exec(line.trim()))
      .filter((match) => match !== null)
      .map(([, key = '', value = '']) => [key, value.replace(/^(["'])(.*)\1$/, '$2')]),
  );

/** Distributions by their id, or by one that they say they are like. */
const families: readonly (readonly [PackageFamily, readonly string[]])[] = [
  ['ubuntu', ['ubuntu', 'linuxmint', 'pop', 'neon', 'zorin', 'elementary']],
  ['debian', ['debian', 'raspbian', 'kali', 'devuan']],
  ['fedora', ['fedora', 'nobara', 'bazzite', 'silverblue']],
  ['rhel', ['rhel', 'centos', 'rocky', 'almalinux', 'ol', 'amzn']],
  ['arch', ['arch', 'archlinux', 'manjaro', 'endeavouros', 'cachyos', 'garuda']],
  ['suse', ['suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'sles', 'sled']],
];

const familyOf = (names: readonly string[]): PackageFamily => {
  for (const name of names) {
    const found = families.find(([, members]) => members.includes(name))?.[0];
    if (found) return found;
  }
  return 'other';
};

/** Reads os-release(5); `immutable` is told from elsewhere. */
export const parseOsRelease = (text: string, immutable: boolean): Distribution => {
  const found = fields(text);
  const id = found.get('ID')?.toLowerCase() ?? 'linux';
  const like = (found.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return {
    id,
    version: found.get('VERSION_ID') ?? '',
    codename: found.get('VERSION_CODENAME') ?? found.get('UBUNTU_CODENAME') ?? '',
    name: found.get('PRETTY_NAME') ?? found.get('NAME') ?? id,
    family: familyOf([id, ...like]),
    immutable: immutable || id === 'nixos',
  };
};
