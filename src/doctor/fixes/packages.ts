import type { PackageFamily } from '../../machine/report.ts';
import type { Place } from '../place.ts';

const installers: Readonly<Record<PackageFamily, string>> = {
  debian: 'sudo apt-get update && sudo apt-get install -y',
  ubuntu: 'sudo apt-get update && sudo apt-get install -y',
  fedora: 'sudo dnf install -y',
  rhel: 'sudo dnf install -y',
  arch: 'sudo pacman -S --needed',
  suse: 'sudo zypper install -y',
  other: '# with your package manager, install:',
};

/** The command that installs these packages; `names` may differ by distribution. */
export const install = (
  { family, immutable }: Place,
  names: Readonly<Partial<Record<PackageFamily, string>>> & { readonly other: string },
): string => {
  const wanted = names[family] ?? names.other;
  if (!immutable) return `${installers[family]} ${wanted}`;
  return family === 'fedora'
    ? `sudo rpm-ostree install ${wanted} && systemctl reboot`
    : `# this system's own folders are read-only: add to its configuration: ${wanted}`;
};

/** Lines in one text. */
export const steps = (...lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');
