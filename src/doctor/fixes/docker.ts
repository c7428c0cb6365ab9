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

export const installCompose = (place: Place): string =>
  install(place, {
    debian: "docker-compose-plugin   # from Docker's own repository; Debian 13 has docker-compose",
    ubuntu: 'docker-compose-v2',
    fedora: place.immutable ? 'docker-compose' : 'docker-compose-plugin',
    rhel: 'docker-compose-plugin',
    arch: 'docker-compose',
    suse: 'docker-compose',
    other: "Docker Compose's plugin, https://docs.docker.com/compose/install/linux/",
  });

/** The newest Docker in place of an older one. */
export const updateDocker = (place: Place): string =>
  steps(byFamily[place.family](place), restartDocker(place));
