import type { Place } from '../place.ts';
import { restartDocker } from './docker.ts';
import { install, steps } from './packages.ts';

const site = 'https://nvidia.github.io/libnvidia-container';
const keyring = '/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg';
const aptList = '/etc/apt/sources.list.d/nvidia-container-toolkit.list';
const repo = `${site}/stable/rpm/nvidia-container-toolkit.repo`;

/** NVIDIA's repository, where the distribution has no package of its own. */
const forApt = steps(
  `curl -fsSL ${site}/gpgkey | sudo gpg --dearmor --yes -o ${keyring}`,
  `curl -fsSL ${site}/stable/deb/nvidia-container-toolkit.list | sed 's#deb https://#deb [signed-by=${keyring}] https://#' | sudo tee ${aptList}`,
);

const sources: Readonly<Record<Place['family'], string>> = {
  debian: forApt,
  ubuntu: forApt,
  fedora: `curl -fsSL ${repo} | sudo tee /etc/yum.repos.d/nvidia-container-toolkit.repo`,
  rhel: `curl -fsSL ${repo} | sudo tee /etc/yum.repos.d/nvidia-container-toolkit.repo`,
  arch: '',
  suse: `sudo zypper addrepo ${repo} && sudo zypper --gpg-auto-import-keys refresh`,
  other:
    '# NVIDIA says how: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html',
};

/** Tells Docker about NVIDIA's runtime. Rootless Docker has a settings file of its own and no rights to cgroups. */
export const configureRuntime = (place: Place): string =>
  place.rootless
    ? steps(
        `nvidia-ctk runtime configure --runtime=docker --config=${place.dockerConfig}`,
        'sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place',
        restartDocker(place),
      )
    : steps('sudo nvidia-ctk runtime configure --runtime=docker', restartDocker(place));

export const installToolkit = (place: Place): string =>
  steps(
    sources[place.family],
    install(place, { other: 'nvidia-container-toolkit' }),
    configureRuntime(place),
  );

export const updateToolkit = (place: Place): string =>
  steps(sources[place.family], install(place, { other: 'nvidia-container-toolkit' }), restartDocker(place));

/** Writes the list of the cards for containers. From toolkit 1.18 on a service keeps it up to date. */
export const writeCdi = (): string =>
  steps('sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml', 'nvidia-ctk cdi list');

/** For an engine that does not take CDI by itself: NVIDIA's other advice. */
export const keepOverReload = (place: Place): string =>
  steps(
    `# in ${place.dockerConfig}: "exec-opts": ["native.cgroupdriver=cgroupfs"]; or update Docker to 28.2, which takes CDI`,
    restartDocker(place),
  );

export const noCgroups = (place: Place): string =>
  steps('sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups --in-place', restartDocker(place));
