import type { DockerDaemon, DockerFacts } from '../../machine/docker/facts.ts';
import { smallestCapability } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { Finding } from '../check.ts';
import { fail, notChecked, notNeeded, warn } from '../findings.ts';
import { answeringCards, hasNvidia, isJetson } from './cards.ts';

/** All of the cards that the driver answers for are too old for vLLM. */
const onlyOldCards = (machine: MachineReport): boolean => {
  const cards = answeringCards(machine);
  return (
    cards.length > 0 &&
    cards.every(
      ({ nvidia }) => nvidia?.computeCapability && Number(nvidia.computeCapability) < smallestCapability,
    )
  );
};

/** Models run in containers on NVIDIA cards alone; everything else is served without Docker. */
export const wantsDocker = (machine: MachineReport): boolean =>
  machine.platform === 'linux' && hasNvidia(machine) && !isJetson(machine) && !onlyOldCards(machine);

export const withoutDocker = 'nothing here needs Docker: there is no NVIDIA card that vLLM runs on';

/** Looks at Docker, where it is; a fault of it matters less where nothing needs it. */
export const onDocker = (machine: MachineReport, look: (docker: DockerFacts) => Finding): Finding => {
  if ('notChecked' in machine.docker) return notChecked(machine.docker.notChecked);
  const docker = machine.docker.value;
  if (docker !== null) return look(docker);
  return notNeeded(wantsDocker(machine) ? 'Docker is not installed' : withoutDocker);
};

/** Looks at the engine, where it answers. */
export const onDaemon = (
  machine: MachineReport,
  look: (daemon: DockerDaemon, docker: DockerFacts) => Finding,
): Finding =>
  onDocker(machine, (docker) =>
    docker.daemon.answers ? look(docker.daemon, docker) : notChecked(docker.daemon.problem),
  );

/** Bad where Docker is needed, a warning where it is not; either way nothing that needs it can be looked at. */
export const broken = (
  machine: MachineReport,
  seen: string | readonly string[],
  more: { readonly meaning?: string; readonly fix?: string } = {},
): Finding => {
  if (wantsDocker(machine)) return fail(seen, more);
  const meaning = `${more.meaning ?? 'Docker cannot be used.'} Nothing here needs it: there is no NVIDIA card that vLLM runs on, and all else is served without Docker.`;
  return { ...warn(seen, { ...more, meaning, stops: true }), idle: true };
};

/** Looks at what gives containers the card: where there is a card, an engine that answers, and no Docker Desktop. */
export const onGpuDocker = (
  machine: MachineReport,
  look: (daemon: DockerDaemon, docker: DockerFacts) => Finding,
): Finding => {
  if (!wantsDocker(machine)) return notNeeded('there is no card to hand to a container');
  if (factOf(machine.docker) === null) return notNeeded('Docker is not installed');
  return onDaemon(machine, (daemon, docker) =>
    daemon.desktop ? notNeeded('Docker Desktop brings its own way to the card') : look(daemon, docker),
  );
};

/** Compares dotted versions; what is not a number counts as 0. */
export const olderThan = (version: string, floor: string): boolean => {
  const parts = (text: string): readonly number[] =>
    text.split(/[.+~-]/).map((part) => Number.parseInt(part, 10) || 0);
  const [have, want] = [parts(version), parts(floor)];
  for (const [index, part] of want.entries()) {
    const difference = (have[index] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
};
