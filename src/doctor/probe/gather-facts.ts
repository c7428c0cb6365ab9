import { hashKey, loadKeys } from '../../config/keys.ts';
import type { Paths } from '../../config/paths.ts';
import { chooseProbeImage } from '../../machine/gpu-path/probe-image.ts';
import { proveGpuPath } from '../../machine/gpu-path/prove-gpu-path.ts';
import type { GpuPathFacts } from '../../machine/gpu-path/styles.ts';
import { factOf, type Known, known } from '../../machine/known.ts';
import { createObserver } from '../../machine/observer.ts';
import { probeMachine } from '../../machine/probe-machine.ts';
import type { MachineReport } from '../../machine/report.ts';
import { readServing } from '../../stack/serving.ts';
import type { System } from '../../system/system.ts';
import { isGpuPathWorthTrying } from '../checks/gpu-path.ts';
import { readEditors } from '../editors/read-entries.ts';
import type { DoctorFacts } from '../facts.ts';
import { probeFolders, probeKeyFiles } from './folders.ts';
import { probeModels } from './models.ts';
import { probeNetwork } from './network.ts';
import { probePort } from './port.ts';
import { probeSettings } from './settings.ts';
import { probeStack } from './stack.ts';

export interface GatherOptions {
  readonly system: System;
  readonly paths: Paths;
  readonly packageFolder: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Leave out what takes longer than a look: containers, a tool call. */
  readonly quick: boolean;
  /** Leave out the containers. */
  readonly withoutContainers: boolean;
  /** Told what is looked at now. */
  readonly onStep: (what: string) => void;
}

/** How long a probe that waits for nobody else may take, ms. */
const limitMs = 2500;

/** A tool call by a large model on a processor takes a while, ms. */
const stackMs = 20_000;

const gpuPath = async (
  { system, quick, withoutContainers, onStep }: GatherOptions,
  machine: MachineReport,
): Promise<Known<GpuPathFacts | null>> => {
  if (!isGpuPathWorthTrying({ machine })) return { value: null };
  if (quick || withoutContainers) return { notChecked: 'no container was run: left out' };
  const docker = factOf(machine.docker);
  const images = docker ? factOf(docker.images) : undefined;
  const image = chooseProbeImage(images ?? []);
  if (image === undefined) {
    return { notChecked: 'there is no image here to try with; `docker pull` one, or let `localai up` do it' };
  }
  return {
    value: await proveGpuPath(system, image, (style) => onStep(`running ${image.image} with ${style}`)),
  };
};

/** Whether a key is one of the gateway's. */
const keyCheck = async (system: System, paths: Paths): Promise<(key: string) => boolean> => {
  const keys = await loadKeys(system, paths.keysFile).catch(() => []);
  const hashes = new Set(keys.map(({ sha256 }) => sha256));
  return (key) => hashes.has(hashKey(key));
};

/** Looks at everything, side by side; containers come last, since they need to know the machine. */
export const gatherFacts = async (options: GatherOptions): Promise<DoctorFacts> => {
  const { system, paths, packageFolder, version, signal, quick, onStep } = options;
  onStep('looking at the machine, its network and what runs');
  const ask = <T>(what: string, limit: number, work: () => Promise<T>) =>
    known(system.clock, what, limit, work);
  const machineAsked = probeMachine(system);
  const [machine, settings, running, network, keyFiles, editors] = await Promise.all([
    machineAsked,
    probeSettings(system, paths),
    // A file that cannot be read is told by disk-writable.
    readServing(system, paths).catch(() => undefined),
    probeNetwork(createObserver(system), paths, machineAsked),
    probeKeyFiles(system, paths),
    keyCheck(system, paths).then((fits) => readEditors(system, fits)),
  ]);
  signal.throwIfAborted();
  const [folders, port, models, stack] = await Promise.all([
    probeFolders(system, paths, machine),
    ask('the port', limitMs, () => probePort(system, settings.host, settings.port, running?.gateway)),
    ask('the models', limitMs, () => probeModels(system, paths, packageFolder, machine)),
    ask('what runs', stackMs, () => probeStack(system, paths, signal, quick)),
  ]);
  signal.throwIfAborted();
  return {
    machine,
    local: {
      ...{ version, node: process.versions.node, settings, folders, keyFiles, network },
      ...{ port, models, editors },
      stack: 'value' in stack ? stack.value : stack,
      gpuPath: await gpuPath(options, machine),
    },
  };
};
