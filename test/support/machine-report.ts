import type { MachineReport } from '../../src/machine/report.ts';

const gib = 1024 ** 3;

/** A bare Linux machine: 16 cores, 32 GiB, no graphics card, no Docker. */
export const machineReport = (change: Partial<MachineReport> = {}): MachineReport => ({
  schemaVersion: 1,
  platform: 'linux',
  arch: 'x64',
  wsl: false,
  os: { value: 'Debian GNU/Linux 12' },
  system: {
    distribution: {
      value: {
        id: 'debian',
        version: '12',
        codename: 'bookworm',
        name: 'Debian GNU/Linux 12 (bookworm)',
        family: 'debian',
        immutable: false,
      },
    },
    kernel: '6.1.0-31-amd64',
    systemd: true,
    container: null,
    secureBoot: { value: false },
    selinux: { value: 'disabled' },
    suspends: 0,
    wsl: null,
    board: null,
    user: { uid: 1000, groups: ['me'] },
    locale: 'C.UTF-8',
  },
  cpu: {
    name: { value: 'AMD Ryzen 7 5800X' },
    cores: 16,
    coresFrom: 'the machine has 16 cores',
    features: ['avx', 'avx2', 'fma'],
  },
  memory: { totalBytes: 32 * gib, availableBytes: 26 * gib, limitedBy: 'machine' },
  sharedMemoryBytes: { value: 16 * gib },
  gpus: { value: [] },
  nvidia: {
    smi: { state: 'absent', problem: null, path: null },
    driverVersion: null,
    cudaVersion: null,
    loadedModule: null,
    installedModule: { value: null },
    modules: { value: [] },
    deviceNodes: [],
    preservesMemory: null,
    onBus: 0,
  },
  renderNodes: [],
  docker: { value: null },
  toolkit: { version: { value: null }, hook: false, runtime: false, cdi: [], noCgroups: null },
  podman: { socket: null },
  pip: { value: '/usr/bin/pip3' },
  disks: { value: [{ mount: '/', type: 'ext4', sizeBytes: 500e9, availableBytes: 400e9 }] },
  proxies: { http: null, https: null, noProxy: null },
  kernelLog: { value: [] },
  evidence: {},
  ...change,
});
