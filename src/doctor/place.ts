import { factOf } from '../machine/known.ts';
import { familyOf } from '../machine/os/system-facts.ts';
import type { MachineReport, PackageFamily } from '../machine/report.ts';

/** What decides how something is repaired here. */
export interface Place {
  readonly family: PackageFamily;
  /** `debian12`, `ubuntu2404`, `fedora42`: how NVIDIA's repositories call this distribution. */
  readonly release: string;
  readonly arch: string;
  readonly platform: string;
  readonly wsl: boolean;
  readonly systemd: boolean;
  readonly immutable: boolean;
  readonly root: boolean;
  /** Docker runs without root's rights. */
  readonly rootless: boolean;
  /** Docker's own settings file. */
  readonly dockerConfig: string;
}

const releaseOf = (id: string, version: string): string => {
  if (id === 'ubuntu') return `ubuntu${version.replace('.', '')}`;
  return `${id}${version.split('.')[0] ?? ''}`;
};

export const placeOf = (report: MachineReport): Place => {
  const distribution = factOf(report.system.distribution);
  const docker = factOf(report.docker);
  const config = docker && factOf(docker.config);
  return {
    family: familyOf(report.system),
    release: releaseOf(distribution?.id ?? '', distribution?.version ?? ''),
    arch: report.arch,
    platform: report.platform,
    wsl: report.wsl,
    systemd: report.system.systemd,
    immutable: distribution?.immutable ?? false,
    root: report.system.user?.uid === 0,
    rootless: docker?.daemon.answers === true && docker.daemon.rootless,
    dockerConfig: config?.path ?? '/etc/docker/daemon.json',
  };
};
