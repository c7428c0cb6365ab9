import type { Place } from '../place.ts';
import { install, steps } from './packages.ts';

/** Docker's own script knows Debian, Ubuntu, Fedora, CentOS and RHEL; others have it among their packages. */
const script = 'curl -fsSL https://get.docker.com | sudo sh';

const byFamily: Readonly<Record<Place['family'], (place: Place) => string>> = {
  debian: () => script,
  ubuntu: () => script,
  fedora: (place) => (place.immutable ? install(place, { other: 'moby-engine docker-compose' }) : script),
  rhel: () => script,
  arch: () => 'sudo pacman -S --needed docker docker-compose',
  suse: () => 'sudo zypper install -y docker docker-compose',
  other: () => '# install Docker as https://docs.docker.com/engine/install/ says',
};

const service = ({ systemd, rootless, platform }: Place, verb: 'start' | 'restart'): string => {
  if (platform === 'darwin') return '# start Docker Desktop';
  if (rootless) return `systemctl --user ${verb} docker`;
  return systemd ? `sudo systemctl ${verb} docker` : `sudo service docker ${verb}`;
};

export const restartDocker = (place: Place): string => service(place, 'restart');

/** Starts the engine, now and at each start of the machine. */
export const startDocker = (place: Place): string => {
  if (place.rootless) return 'systemctl --user enable --now docker';
  return place.systemd ? 'sudo systemctl enable --now docker' : service(place, 'start');
};

export const installDocker = (place: Place): string =>
  steps(
    byFamily[place.family](place),
    startDocker(place),
    place.root ? '' : 'sudo usermod -aG docker "$USER" && newgrp docker',
  );

/** The group gives its members root's rights on this machine; that is Docker's nature. */
export const joinGroup = (): string =>
  steps(
    'sudo usermod -aG docker "$USER"',
    'newgrp docker   # or log out and in again; members of this group can become root',
  );

/** Docker's own packages call the plugin one way, the distributions' another. Debian 12 itself has only the old one. */
const plugins: Readonly<Record<Place['family'], (place: Place) => string>> = {
  debian: ({ release }) =>
    release === 'debian12'
      ? `sudo apt-get install -y docker-compose-plugin || ${script}`
      : 'sudo apt-get install -y docker-compose-plugin || sudo apt-get install -y docker-compose',
  ubuntu: () => 'sudo apt-get install -y docker-compose-plugin || sudo apt-get install -y docker-compose-v2',
  fedora: (place) =>
    place.immutable
      ? install(place, { other: 'docker-compose' })
      : 'sudo dnf install -y docker-compose-plugin || sudo dnf install -y docker-compose',
  rhel: () => 'sudo dnf install -y docker-compose-plugin',
  arch: () => 'sudo pacman -S --needed docker-compose',
  suse: () => 'sudo zypper install -y docker-compose',
  other: () => '# install the plugin as https://docs.docker.com/compose/install/linux/ says',
};

export const installCompose = (place: Place): string =>
  steps(plugins[place.family](place), 'docker compose version');

/** The newest Docker in place of an older one. */
export const updateDocker = (place: Place): string =>
  steps(byFamily[place.family](place), restartDocker(place));
