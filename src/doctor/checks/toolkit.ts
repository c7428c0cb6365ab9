import type { DockerDaemon } from '../../machine/docker/facts.ts';
import { factOf } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { Check } from '../check.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import {
  configureRuntime,
  installToolkit,
  keepOverReload,
  noCgroups,
  updateToolkit,
  writeCdi,
} from '../fixes/toolkit.ts';
import { olderThan, onGpuDocker } from './containers.ts';

/** Fixes CVE-2025-23266, by which a container's image could take over the machine. */
const safeVersion = '1.17.8';

/** Docker turns CDI on by itself from this version on (moby #49963). */
const cdiByDefault = '28.2.0';

/** Whether one would expect a specification: where Docker looks for them unasked. */
const expectsCdi = (daemon: DockerDaemon): boolean => !olderThan(daemon.version, cdiByDefault);

const givesByCdi = (machine: MachineReport, daemon: DockerDaemon): boolean =>
  daemon.cdiDevices.some((id) => id.startsWith('nvidia.com/')) ||
  (!olderThan(daemon.version, cdiByDefault) && machine.toolkit.cdi.some(({ devices }) => devices.length > 0));

const installed: Check = {
  id: 'toolkit-installed',
  title: "NVIDIA's container toolkit is installed",
  severity: 'error',
  looks: '`nvidia-ctk --version`, nvidia-container-runtime and its hook on PATH',
  meaning: 'Docker cannot hand the card to a container: `could not select device driver "nvidia"`.',
  fix: installToolkit,
  needs: ['docker-daemon'],
  assess: ({ machine }) =>
    onGpuDocker(machine, () => {
      const { version, hook, runtime } = machine.toolkit;
      if (hook || runtime) return ok(`version ${factOf(version) ?? 'not told'}`);
      return when(version, (found) =>
        found === null
          ? fail('neither nvidia-ctk nor nvidia-container-runtime is on PATH')
          : ok(`version ${found}`),
      );
    }),
};

const version: Check = {
  id: 'toolkit-version',
  title: 'The toolkit has no known hole',
  severity: 'warning',
  looks: `the toolkit's version; ${safeVersion} closed CVE-2025-23266`,
  meaning: "A container's image can become root on this machine through an old toolkit.",
  fix: updateToolkit,
  needs: ['toolkit-installed'],
  assess: ({ machine }) =>
    onGpuDocker(machine, () =>
      when(machine.toolkit.version, (found) => {
        if (found === null) return notNeeded('nvidia-ctk is not on PATH, so the version is not told');
        return olderThan(found, safeVersion) ? warn(`version ${found}`) : ok(`version ${found}`);
      }),
    ),
};

const runtime: Check = {
  id: 'toolkit-configured',
  title: 'Docker knows a way to the card',
  severity: 'error',
  looks: 'the runtimes and CDI devices in `docker info`, and what lies in the CDI folders',
  meaning:
    'The toolkit is installed, but nobody told Docker: containers get no card, or only one way of asking works.',
  fix: configureRuntime,
  needs: ['toolkit-installed'],
  assess: ({ machine, local }) =>
    onGpuDocker(machine, (daemon) => {
      const hasRuntime = daemon.runtimes.includes('nvidia');
      const hasCdi = givesByCdi(machine, daemon);
      const seen = [
        `runtimes: ${daemon.runtimes.join(', ') || 'none'}`,
        `CDI: ${hasCdi ? "NVIDIA's devices are known" : 'no NVIDIA device'}`,
      ];
      if (hasRuntime || hasCdi) return ok(seen);
      const proven = local && factOf(local.gpuPath)?.chosen;
      if (proven) return ok([...seen, `a container got the card all the same, with ${proven}`]);
      return machine.toolkit.hook
        ? warn([...seen, 'nvidia-container-runtime-hook is there, so `--gpus` may work'], {
            meaning:
              'Docker has no NVIDIA runtime and no CDI device; only `--gpus` can work, through the old hook.',
          })
        : fail(seen);
    }),
};

const cdi: Check = {
  id: 'toolkit-cdi',
  title: 'The card is described for containers (CDI)',
  severity: 'warning',
  looks: 'specifications of nvidia.com in /etc/cdi, /var/run/cdi and the folders that Docker names',
  meaning:
    'Without a specification containers cannot be given the card by CDI, the way that survives `systemctl daemon-reload`.',
  fix: writeCdi,
  needs: ['driver-answers', 'docker-version', 'toolkit-installed', 'toolkit-configured'],
  assess: ({ machine }) =>
    onGpuDocker(machine, (daemon) => {
      const specs = machine.toolkit.cdi;
      const bad = specs.filter(({ problem }) => problem !== null);
      if (bad.length > 0)
        return warn(
          bad.map(({ path, problem }) => `${path}: ${problem}`),
          { stops: true },
        );
      const devices = specs.flatMap((spec) => spec.devices.map((name) => `${spec.kind}=${name}`));
      if (devices.length > 0 || daemon.cdiDevices.length > 0)
        return ok([...new Set([...daemon.cdiDevices, ...devices])]);
      return expectsCdi(daemon)
        ? warn('no specification of nvidia.com was found', { stops: true })
        : notNeeded(`Docker ${daemon.version} does not look for one unasked`);
    }),
};

const fresh: Check = {
  id: 'toolkit-cdi-fresh',
  title: 'The description of the card is of this driver',
  severity: 'error',
  looks: 'the driver version in the CDI specification against the one that runs',
  meaning:
    'After a driver update the specification names libraries that are gone: containers with CDI do not start.',
  fix: writeCdi,
  needs: ['toolkit-installed', 'toolkit-cdi', 'driver-answers'],
  assess: ({ machine }) =>
    onGpuDocker(machine, () => {
      const running = machine.nvidia.driverVersion;
      const written = machine.toolkit.cdi.filter(({ driverVersion }) => driverVersion !== null);
      if (running === null || written.length === 0)
        return notNeeded('no specification names a driver version');
      const stale = written.filter(({ driverVersion }) => driverVersion !== running);
      if (stale.length === 0) return ok(`written for ${running}`);
      return fail(stale.map(({ path, driverVersion }) => `${path} is for ${driverVersion}, ${running} runs`));
    }),
};

const reload: Check = {
  id: 'toolkit-daemon-reload',
  title: 'Containers keep the card when systemd reloads',
  severity: 'warning',
  looks: "Docker's cgroup driver, and whether the card can be given by CDI",
  meaning:
    'With the systemd cgroup driver, `systemctl daemon-reload` takes the card from containers that got it by `--gpus` or the runtime: "Failed to initialize NVML: Unknown Error" after hours of work.',
  fix: keepOverReload,
  needs: ['toolkit-installed', 'toolkit-configured'],
  assess: ({ machine }) =>
    onGpuDocker(machine, (daemon) => {
      if (expectsCdi(daemon) && !givesByCdi(machine, daemon)) return notChecked('toolkit-cdi comes first');
      const seen = `cgroup driver ${daemon.cgroupDriver || 'not told'}`;
      if (daemon.cgroupDriver !== 'systemd') return ok(seen);
      return givesByCdi(machine, daemon)
        ? ok([seen, 'the card can be given by CDI'])
        : warn([seen, 'no CDI device']);
    }),
};

const rootless: Check = {
  id: 'toolkit-rootless',
  title: 'The toolkit suits rootless Docker',
  severity: 'error',
  looks: '`no-cgroups` in /etc/nvidia-container-runtime/config.toml, where Docker runs without root',
  meaning:
    'Rootless Docker may not change device cgroups; until the toolkit is told so, no container gets the card.',
  fix: noCgroups,
  needs: ['toolkit-installed'],
  assess: ({ machine }) =>
    onGpuDocker(machine, (daemon) => {
      if (!daemon.rootless) return notNeeded('Docker runs as root');
      return machine.toolkit.noCgroups === true
        ? ok('no-cgroups = true')
        : fail('Docker is rootless, no-cgroups is not set');
    }),
};

const selinux: Check = {
  id: 'toolkit-selinux',
  title: 'SELinux lets containers use the card',
  severity: 'warning',
  looks: 'whether SELinux is enforcing and Docker uses it',
  meaning:
    'SELinux may keep containers from the device files: "Failed to initialize NVML: Insufficient Permissions".',
  fix: () => 'sudo setsebool -P container_use_devices 1',
  needs: ['toolkit-installed'],
  assess: ({ machine }) =>
    onGpuDocker(machine, (daemon) =>
      when(machine.system.selinux, (mode) => {
        if (mode !== 'enforcing') return ok(`SELinux is ${mode}`);
        return daemon.selinux
          ? warn('SELinux is enforcing, and Docker labels its containers')
          : ok('Docker does not use SELinux');
      }),
    ),
};

export const toolkitChecks: readonly Check[] = [
  ...[installed, version, runtime, cdi, fresh, reload, rootless, selinux],
];
