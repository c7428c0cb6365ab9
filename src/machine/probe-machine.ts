import type { System } from '../system/system.ts';
import { cgroupLimits } from './cgroup.ts';
import { affinityOf, usableCores } from './cores.ts';
import { parseCpuFeatures, parseCpuModel } from './cpu-features.ts';
import { findPodman, probeDocker } from './docker/probe-docker.ts';
import { findCdi, probeToolkit } from './docker/toolkit.ts';
import { mergeGpus } from './gpus.ts';
import { type Host, realHost } from './host.ts';
import { factOf, known } from './known.ts';
import { usableMemory } from './memory.ts';
import { probeNvidia, smiMs } from './nvidia/probe-nvidia.ts';
import { commandMs, createObserver, type Observer } from './observer.ts';
import { probeKernelLog } from './os/kernel-log.ts';
import { probeSystem } from './os/system-facts.ts';
import { wslVersion } from './os/wsl.ts';
import { pciGpus } from './pci.ts';
import { findPip } from './programs.ts';
import { proxiesOf } from './proxies.ts';
import { findRenderNodes } from './render-nodes.ts';
import type { Gpu, MachineReport } from './report.ts';

/** How long one probe may take, ms; they run side by side. A probe asks two programs after each other at most. */
const limitMs = 2000;
const twiceMs = 2 * commandMs + 300;

/** Cards on the bus; on a Mac with an Apple chip there is one, and no bus to ask. */
const onBus = async (observer: Observer): Promise<readonly Gpu[]> => {
  const { platform, arch } = observer.system;
  if (platform !== 'darwin') return pciGpus(observer);
  return arch === 'arm64' ? [{ vendor: 'apple', name: 'Apple GPU', memoryBytes: null }] : [];
};

/**
 * Looks at this machine, all probes side by side. Never throws and never guesses: what could not be had says so. A
 * healthy machine takes well under two seconds, one whose driver or Docker hangs no more than five.
 */
export const probeMachine = async (system: System, host: Host = realHost): Promise<MachineReport> => {
  const observer = createObserver(system);
  const { read } = observer;
  const ask = <T>(what: string, limit: number, work: (signal: AbortSignal) => Promise<T>) =>
    known(system.clock, what, limit, work);

  const kernelVersion = read('/proc/version');
  const nvidiaAsked = probeNvidia(observer);
  const dockerAsked = ask('docker --version', twiceMs, () =>
    probeDocker(observer, async () => (await nvidiaAsked).cards.length > 0),
  );
  const cdiAsked = dockerAsked.then((docker) => {
    const daemon = factOf(docker)?.daemon;
    return findCdi(observer, daemon?.answers ? daemon.cdiFolders : []);
  });

  const [limits, status, cpuinfo, os, name, memory, disks, shm] = await Promise.all([
    ask('the control group', limitMs, () => cgroupLimits(read)),
    read('/proc/self/status'),
    read('/proc/cpuinfo'),
    ask('the operating system', limitMs, host.osName),
    ask('the processor', limitMs, host.cpuName),
    ask('the memory', limitMs, host.memory),
    ask('the disks', limitMs, host.disks),
    ask('/dev/shm', limitMs, () => sharedMemory(system)),
  ]);
  const [nvidia, bus, docker, toolkit, cdi, podman, pip, log, nodes, facts] = await Promise.all([
    nvidiaAsked,
    ask('looking for graphics cards', limitMs, () => onBus(observer)),
    dockerAsked,
    probeToolkit(observer),
    cdiAsked,
    findPodman(observer),
    ask('looking for pip', limitMs, () => findPip(system)),
    probeKernelLog(observer),
    findRenderNodes(system),
    kernelVersion.then((version) => probeSystem(observer, host.kernel(), version)),
  ]);
  const gpus = await ask('looking for graphics cards', smiMs, async () =>
    mergeGpus(nvidia, factOf(bus) ?? [], facts.board),
  );
  const model = parseCpuModel(cpuinfo);
  const cgroup = factOf(limits);
  const { machine, parallelism } = host.cores();
  const cores = usableCores({ machine, affinity: affinityOf(status) ?? parallelism, quota: cgroup?.cpus });
  return {
    schemaVersion: 1,
    platform: system.platform,
    arch: system.arch,
    wsl: wslVersion(await kernelVersion) !== undefined,
    os,
    system: facts,
    cpu: {
      name: 'notChecked' in name && model !== undefined ? { value: model } : name,
      ...cores,
      features: parseCpuFeatures(cpuinfo),
    },
    memory: usableMemory(factOf(memory) ?? host.roughMemory(), cgroup?.memory),
    sharedMemoryBytes: shm,
    gpus: 'notChecked' in bus && nvidia.cards.length === 0 ? bus : gpus,
    nvidia: {
      ...nvidia.facts,
      onBus: (factOf(bus) ?? []).filter(({ vendor }) => vendor === 'nvidia').length,
    },
    renderNodes: nodes,
    docker,
    toolkit: { ...toolkit, cdi },
    podman,
    pip,
    disks,
    proxies: proxiesOf(system),
    kernelLog: log,
    // In one order, whoever was quicker.
    evidence: Object.fromEntries(Object.entries(observer.evidence).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};

const sharedMemory = async ({ files }: System): Promise<number | null> =>
  (await files.stat('/dev/shm').catch(() => undefined)) ? files.freeBytes('/dev/shm') : null;
