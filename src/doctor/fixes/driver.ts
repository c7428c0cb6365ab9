import type { Place } from '../place.ts';
import { install, steps } from './packages.ts';

/** On Windows the driver is Windows' own; Linux must not have one. */
const onWindows = steps(
  '# In Windows, not here: install the newest driver from https://www.nvidia.com/drivers, then in PowerShell:',
  'wsl --update',
  'wsl --shutdown',
);

/** NVIDIA's own repository: Debian's packages are too old for vLLM (12 has 535, 13 has 550). */
const fromNvidia = ({ release, arch }: Place): string => {
  const machine = arch === 'arm64' ? 'sbsa' : 'x86_64';
  const keyring = 'cuda-keyring_1.1-1_all.deb';
  const url = `https://developer.download.nvidia.com/compute/cuda/repos/${release}/${machine}/${keyring}`;
  return steps(
    `curl -fsSLO ${url} && sudo dpkg -i ${keyring}`,
    'sudo apt-get update && sudo apt-get install -y linux-headers-$(uname -r) nvidia-open',
  );
};

const fedoraRelease =
  'https://mirrors.rpmfusion.org/free/fedora/rpmfusion-free-release-$(rpm -E %fedora).noarch.rpm https://mirrors.rpmfusion.org/nonfree/fedora/rpmfusion-nonfree-release-$(rpm -E %fedora).noarch.rpm';

const forRhel = ({ release, arch }: Place): string => {
  const machine = arch === 'arm64' ? 'sbsa' : 'x86_64';
  const rhel = release.replace(/^[a-z]+/, 'rhel');
  const repo = `https://developer.download.nvidia.com/compute/cuda/repos/${rhel}/${machine}/cuda-${rhel}.repo`;
  return steps(
    `sudo dnf config-manager --add-repo ${repo}`,
    'sudo dnf install -y kernel-devel-$(uname -r) nvidia-open',
  );
};

const forSuse = ({ release }: Place): string =>
  steps(
    `sudo zypper install -y openSUSE-repos-${release.includes('tumbleweed') ? 'Tumbleweed' : 'Leap'}-NVIDIA`,
    'sudo zypper refresh && sudo zypper install -y nvidia-open-driver-G06-signed-kmp-default nvidia-compute-utils-G06',
  );

const byFamily: Readonly<Record<Place['family'], (place: Place) => string>> = {
  debian: fromNvidia,
  ubuntu: () =>
    steps(
      'sudo apt-get update && sudo apt-get install -y ubuntu-drivers-common',
      'sudo ubuntu-drivers install',
    ),
  fedora: (place) =>
    steps(
      place.immutable ? `sudo rpm-ostree install ${fedoraRelease}` : `sudo dnf install -y ${fedoraRelease}`,
      install(place, { other: 'akmod-nvidia xorg-x11-drv-nvidia-cuda' }),
      '# wait until the module is built (`modinfo -F version nvidia` says a version), then restart',
    ),
  rhel: forRhel,
  arch: () => 'sudo pacman -S --needed linux-headers nvidia-open-dkms nvidia-utils',
  suse: forSuse,
  other: () => '# install the driver as your distribution says, 580 or newer: https://www.nvidia.com/drivers',
};

const restart = 'sudo reboot';

/** Installs the driver, or a newer one in place of an older. */
export const installDriver = (place: Place): string =>
  place.wsl ? onWindows : steps(byFamily[place.family](place), restart);

const builders: Readonly<Record<Place['family'], string>> = {
  debian: 'sudo apt-get install -y linux-headers-$(uname -r) dkms && sudo dkms autoinstall',
  ubuntu: 'sudo apt-get install -y linux-headers-$(uname -r) && sudo ubuntu-drivers install',
  fedora: 'sudo dnf install -y kernel-devel-$(uname -r) akmods && sudo akmods --force',
  rhel: 'sudo dnf install -y kernel-devel-$(uname -r) dkms && sudo dkms autoinstall',
  arch: 'sudo pacman -S --needed linux-headers nvidia-open-dkms && sudo dkms autoinstall',
  suse: 'sudo zypper install -y --force nvidia-open-driver-G06-signed-kmp-default',
  other: '# build the driver for the running kernel as your distribution says (often: sudo dkms autoinstall)',
};

/** Builds the driver's kernel module for the kernel that runs. */
export const buildModule = (place: Place): string => steps(builders[place.family], 'sudo modprobe nvidia');

const initramfs: Readonly<Record<Place['family'], string>> = {
  debian: 'sudo update-initramfs -u',
  ubuntu: 'sudo update-initramfs -u',
  fedora: 'sudo dracut --force',
  rhel: 'sudo dracut --force',
  arch: 'sudo mkinitcpio -P',
  suse: 'sudo dracut --force',
  other: '# build the initial ramdisk anew as your distribution says',
};

/** Keeps the free driver away from the card. */
export const banNouveau = (place: Place): string =>
  steps(
    "printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' | sudo tee /etc/modprobe.d/no-nouveau.conf",
    initramfs[place.family],
    restart,
  );

/** Where the key lies that the distribution signs its modules with. */
const signingKeys: Readonly<Record<Place['family'], string>> = {
  debian: '/var/lib/dkms/mok.pub',
  ubuntu: '/var/lib/shim-signed/mok/MOK.der',
  fedora: '/etc/pki/akmods/certs/public_key.der',
  rhel: '/var/lib/dkms/mok.pub',
  arch: '/var/lib/dkms/mok.pub',
  suse: '/var/lib/nvidia-pubkeys/MOK-*.der',
  other: '/var/lib/dkms/mok.pub',
};

/** Makes the firmware trust the key that the module is signed with. */
export const enrolKey = (place: Place): string =>
  steps(
    `sudo mokutil --import ${signingKeys[place.family]}`,
    `${restart}   # and choose "Enroll MOK" in the blue menu with the password just given`,
  );

export const loadModule = (): string => steps('sudo modprobe nvidia', 'nvidia-smi');

export const restartMachine = ({ wsl }: Place): string =>
  wsl ? 'wsl --shutdown   # in PowerShell' : restart;

/** After a suspend CUDA's part of the driver must often be loaded anew. */
export const reloadUvm = (): string =>
  steps('sudo rmmod nvidia_uvm; sudo modprobe nvidia_uvm', 'sudo nvidia-modprobe -u -c=0');

/** Keeps the card's memory over a suspend. */
export const keepMemory = (): string =>
  steps(
    "echo 'options nvidia NVreg_PreserveVideoMemoryAllocations=1' | sudo tee /etc/modprobe.d/nvidia-power.conf",
    'sudo systemctl enable nvidia-suspend.service nvidia-resume.service nvidia-hibernate.service',
    restart,
  );
