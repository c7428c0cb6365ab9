import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { cpu, mem, osInfo } from 'systeminformation';
import type { System } from '../system/system.ts';
import { cgroupLimits, type ReadText } from './cgroup.ts';
import { affinityOf, usableCores } from './cores.ts';
import { findGpus } from './gpus.ts';
import { factOf, known } from './known.ts';
import { usableMemory } from './memory.ts';
import { dockerVersion, findPip } from './programs.ts';
import type { MachineReport } from './report.ts';

/** How long one probe may take, ms; they run side by side. */
const limitMs = 2000;

const reader =
  (system: System): ReadText =>
  (path) =>
    system.files.readText(path).catch(() => undefined);

/** Windows' Subsystem for Linux names itself in the kernel's version. */
const isWsl = (kernel: string | undefined): boolean => /microsoft/i.test(kernel ?? '');

const osName = async (): Promise<string> => {
  const { distro, release } = await osInfo();
  return `${distro} ${release}`.trim();
};

const cpuName = async (): Promise<string> => {
  const { manufacturer, brand } = await cpu();
  return brand.startsWith(manufacturer) ? brand : `${manufacturer} ${brand}`.trim();
};

/** Looks at this machine. Never throws and never guesses: what could not be had says so. */
export const probeMachine = async (system: System): Promise<MachineReport> => {
  const read = reader(system);
  const ask = <T>(what: string, work: (signal: AbortSignal) => Promise<T>) =>
    known(system.clock, what, limitMs, work);
  const [limits, status, kernel, os, name, memory, gpus, docker, pip] = await Promise.all([
    ask('the control group', () => cgroupLimits(read)),
    read('/proc/self/status'),
    read('/proc/version'),
    ask('the operating system', osName),
    ask('the processor', cpuName),
    ask('the memory', () => mem()),
    ask('looking for graphics cards', (signal) => findGpus(system, signal)),
    ask('docker --version', (signal) => dockerVersion(system, signal)),
    ask('looking for pip', () => findPip(system)),
  ]);
  const cgroup = factOf(limits);
  const found = factOf(memory);
  const totalBytes = found?.total ?? totalmem();
  return {
    schemaVersion: 1,
    platform: system.platform,
    arch: system.arch,
    wsl: isWsl(kernel),
    os,
    cpu: {
      name,
      ...usableCores({
        machine: Math.max(cpus().length, 1),
        affinity: affinityOf(status) ?? availableParallelism(),
        quota: cgroup?.cpus,
      }),
    },
    memory: usableMemory({ totalBytes, availableBytes: found?.available ?? freemem() }, cgroup?.memory),
    gpus,
    docker,
    pip,
  };
};
