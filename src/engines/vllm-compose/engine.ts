import { join } from 'node:path';
import { failure } from '../../errors.ts';
import type { DockerDaemon, DockerFacts } from '../../machine/docker/facts.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { CardBudget, ContainerEngine, EngineBudget, EngineModel, EngineVerdict } from '../engine.ts';
import { engineFileName } from '../engine-file-name.ts';
import { changedFlags, checkFlags, checkRemoved } from '../vllm/flags.ts';
import { type GpuStyle, gpuRequest } from './gpu-request.ts';
import { parseServiceTemplate, serviceOf } from './service.ts';
import type { VllmComposeSpec } from './spec.ts';
import { startPeriodSeconds } from './start-time.ts';

export interface VllmComposeOptions {
  readonly system: Pick<System, 'files'>;
  /** Where our templates/ lie. */
  readonly packageFolder: string;
  readonly report: MachineReport;
  /** vLLM's image for these cards and their driver. */
  readonly image: string;
  /** How Docker is asked for a card, as `doctor` or `up` proved it; undefined: nobody tried yet. */
  readonly provenStyle: GpuStyle | undefined;
}

const gib = 1024 ** 3;

const factOf = <T>(known: { readonly value: T } | { readonly notChecked: string }): T | undefined =>
  'value' in known ? known.value : undefined;

const daemonOf = (docker: DockerFacts | null | undefined): DockerDaemon | undefined =>
  docker?.daemon.answers ? docker.daemon : undefined;

/** The way that is likely to work, by what is installed; undefined where nothing is. */
const likelyStyle = ({ toolkit }: MachineReport, daemon: DockerDaemon): GpuStyle | undefined => {
  if (daemon.cdiDevices.some((name) => name.startsWith('nvidia.com/gpu'))) return 'cdi';
  if (toolkit.hook) return 'gpus';
  return daemon.runtimes.includes('nvidia') ? 'runtime' : undefined;
};

/** Why Docker cannot be used; undefined: it can. */
const dockerProblem = (docker: DockerFacts | null | undefined): string | undefined => {
  if (docker === undefined) return 'Docker was not looked at; `{localai} doctor --only docker` says why';
  if (docker === null) return 'Docker is not installed';
  if (docker.kind === 'podman') return 'Podman stands in for Docker here, which was not tried with it';
  if (!docker.daemon.answers) {
    return docker.daemon.why === 'rights'
      ? 'this user may not talk to Docker; `{localai} doctor --only docker` has the command'
      : `Docker does not answer (${docker.daemon.problem})`;
  }
  return factOf(docker.compose) ? undefined : 'Docker Compose v2 is not installed';
};

const verdictOf = (report: MachineReport, proven: GpuStyle | undefined): EngineVerdict => {
  if (report.platform !== 'linux') return { usable: false, why: 'it needs Linux, or Windows with WSL2' };
  const cards = (factOf(report.gpus) ?? []).filter(({ vendor }) => vendor === 'nvidia');
  if (cards.length === 0) return { usable: false, why: 'there is no NVIDIA card' };
  const broken = cards.find(({ problem }) => problem !== undefined);
  if (broken && cards.every(({ problem }) => problem !== undefined)) {
    return { usable: false, why: `${broken.name} cannot be used: ${broken.problem}` };
  }
  const docker = factOf(report.docker);
  const problem = dockerProblem(docker);
  const daemon = daemonOf(docker);
  if (problem !== undefined || !daemon) return { usable: false, why: problem ?? 'Docker does not answer' };
  if (proven) return { usable: true, why: `a container gets the card (${proven}, proven)` };
  const likely = likelyStyle(report, daemon);
  if (likely === undefined) {
    const why =
      "NVIDIA's container toolkit is not set up; `{localai} doctor --only toolkit` has the commands";
    return { usable: false, why };
  }
  return { usable: true, why: `an NVIDIA card, Docker and the container toolkit (${likely}, not tried yet)` };
};

/** Its service: by what it is for, the main thing first. */
const serviceName = ({ id, roles: [first] }: EngineModel): string =>
  `vllm-${first ?? engineFileName(id).toLowerCase()}`;

const modelOf = ({ reference, file }: EngineModel): Pick<VllmComposeSpec, 'model' | 'folder'> => {
  const repo = /^hf:([^@]+)/.exec(reference)?.[1];
  if (repo !== undefined) return { model: repo };
  return { model: reference || file, folder: reference || file };
};

/** The names that vLLM answers to beside the id: the repository, as those who know the model write it. */
const namesOf = ({ id, reference }: EngineModel): readonly string[] => {
  const { model, folder } = modelOf({ id, reference, file: '', sha256: undefined, roles: [] });
  return folder !== undefined || model === id ? [id] : [id, model];
};

/** Checks what the user adds and takes away. Throws ENGINE_ARGS. */
const checkArgs = ({ args = [], removeArgs = [] }: EngineBudget, model: string): void => {
  const [problem] = [...checkFlags(args), ...checkRemoved(removeArgs)];
  if (problem !== undefined) throw failure('ENGINE_ARGS', { model, problem });
};

/** Main memory for loading, compiling and what sleeps; all but 2 GiB of the machine at most. */
const memoryFor = (weightsGib: number, sleeps: boolean, totalBytes: number): number => {
  const wanted = (12 + weightsGib * (sleeps ? 2.5 : 1.5)) * gib;
  return Math.floor(Math.max(gib, Math.min(wanted, totalBytes - 2 * gib)));
};

const noCards: CardBudget = {
  ...{ flags: [], devices: [], sleeps: false, order: 0, tensorParallel: 1, weightsGib: 0 },
};

/** vLLM in a container that Compose keeps. `service` is pure; what it needs on this machine is the stack's to bring. */
export const createVllmCompose = async (
  options: VllmComposeOptions,
): Promise<ContainerEngine<VllmComposeSpec>> => {
  const { system, packageFolder, report, image, provenStyle } = options;
  const file = join(packageFolder, 'templates', 'compose', 'vllm.yaml');
  const text = await system.files.readText(file);
  if (text === undefined) throw failure('BUG', { problem: `${file} is missing from the package` });
  const template = parseServiceTemplate(text);
  const daemon = daemonOf(factOf(report.docker));
  const cards = (factOf(report.gpus) ?? []).flatMap(({ nvidia }) => (nvidia ? [nvidia] : []));
  const style = provenStyle ?? (daemon && likelyStyle(report, daemon)) ?? 'gpus';
  const known = [...(daemon?.cdiDevices ?? []), ...report.toolkit.cdi.flatMap(({ devices }) => devices)];
  return {
    name: 'vllm-compose',
    weights: 'safetensors',
    onlyWhenAsked: false,
    probe: (machine) => verdictOf(machine, provenStyle),
    spec: (model, budget) => {
      checkArgs(budget, model.id);
      const { flags, devices, sleeps, order, tensorParallel, weightsGib } = budget.cards ?? noCards;
      const numbers = devices.map(
        (device) => cards.find(({ uuid }) => uuid === device)?.index ?? Number(device),
      );
      const own = [...flags, '--served-model-name', ...namesOf(model)];
      return {
        service: serviceName(model),
        modelId: model.id,
        image,
        ...modelOf(model),
        flags: changedFlags(own, budget),
        gpu: gpuRequest(style, devices, numbers, known),
        startLock: [...devices].sort().join('+') || 'card',
        order,
        sleeps,
        startPeriod: startPeriodSeconds(weightsGib, order),
        memory: memoryFor(weightsGib, sleeps, report.memory.totalBytes),
        // Workers of one model hand each other pieces through it.
        sharedMemory: (tensorParallel > 1 ? 2 * tensorParallel : 1) * gib,
      };
    },
    install: async () => {},
    service: (spec) => serviceOf(template, spec),
  };
};
