import type { GpuPathFacts, GpuStyle } from '../../machine/gpu-path/styles.ts';
import { factOf } from '../../machine/known.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { restartDocker } from '../fixes/docker.ts';
import { configureRuntime, writeCdi } from '../fixes/toolkit.ts';
import { hasNvidia } from './cards.ts';
import { onGpuDocker } from './containers.ts';

/** What must be right before a container is tried at all. */
const groundwork = [
  'driver-answers',
  'docker-rights',
  'docker-daemon',
  'toolkit-installed',
  'toolkit-configured',
] as const;

const onTries = ({ machine, local }: DoctorFacts, look: (facts: GpuPathFacts) => Finding): Finding =>
  onGpuDocker(machine, () => {
    if (!local) return notChecked('the report holds only the machine');
    return when(local.gpuPath, (facts) =>
      facts === null ? notNeeded('there is nothing to prove') : look(facts),
    );
  });

const flags: Readonly<Record<GpuStyle, string>> = {
  cdi: '--device nvidia.com/gpu=all',
  gpus: '--gpus all',
  runtime: '--runtime nvidia',
};

const proofWords = ({ proof, image }: GpuPathFacts): string =>
  proof === 'cuda'
    ? `${image} computed on the card`
    : `nvidia-smi saw the card in ${image}; the engine's own image is not here yet`;

const works: Check = {
  id: 'gpu-path-works',
  title: 'A container can use the card',
  severity: 'error',
  looks:
    "a container run for each way of asking: with the engine's own image it allocates on the card through torch, with another one it runs `nvidia-smi`",
  meaning: 'Whatever else looks right: no way of asking gave a container the card, so vLLM cannot run.',
  fix: configureRuntime,
  needs: groundwork,
  assess: (facts) =>
    onTries(facts, (path) => {
      const { tries, chosen } = path;
      if (chosen !== null) return ok([`${flags[chosen]} works, and \`up\` uses it`, proofWords(path)]);
      const seen = tries.map(({ style, problem }) => `${flags[style]}: ${problem}`);
      return tries.some(({ works: told }) => told === null)
        ? notChecked(`${path.image} cannot show it: ${seen.join('; ')}`)
        : fail(seen);
    }),
};

const style = (id: string, wanted: GpuStyle, fix: Check['fix']): Check => ({
  id,
  title: `\`${flags[wanted]}\` works`,
  severity: 'info',
  looks: `a container run with \`${flags[wanted]}\``,
  meaning: 'Another way works, and localai uses that one. Other programs may ask in this one.',
  ...(fix ? { fix } : {}),
  needs: [...groundwork, 'gpu-path-works'],
  assess: (facts) =>
    onTries(facts, ({ tries }) => {
      const tried = tries.find((one) => one.style === wanted);
      if (!tried) return notChecked('it was not tried');
      if (tried.works === null) return notChecked(tried.problem ?? 'it cannot be told');
      return tried.works ? ok(tried.command) : warn([tried.command, tried.problem ?? '']);
    }),
});

const inside: Check = {
  id: 'gpu-path-running',
  title: 'Running engines still see their card',
  severity: 'error',
  looks: '`nvidia-smi -L` inside each container that runs an engine now',
  meaning:
    'The card was there when the container started and is gone now: a `systemctl daemon-reload`, a suspend or a driver update took it.',
  fix: (place) =>
    `{localai} restart   # gives it back; so that it stays:\n${writeCdi()}\n${restartDocker(place)}`,
  needs: ['driver-answers', 'docker-daemon'],
  assess: ({ machine }) =>
    onGpuDocker(machine, (_daemon, docker) =>
      when(docker.engineContainers, (containers) => {
        if (containers.length === 0) return notNeeded('no engine runs in a container now');
        const blind = containers.filter(({ gpu }) => gpu !== null && !gpu.seen);
        if (blind.length > 0) return fail(blind.map(({ name, gpu }) => `${name}: ${gpu?.words}`));
        return containers.some(({ gpu }) => gpu === null)
          ? notChecked('the containers were not asked')
          : ok(containers.map(({ name, gpu }) => `${name}: ${gpu?.words}`));
      }),
    ),
};

const recorded: Check = {
  id: 'gpu-path-image',
  title: "The engine's own image was tried",
  severity: 'info',
  looks: 'whether the image that `up` runs is here to be tried',
  meaning: 'The proof with another image is a weaker one: CUDA itself was not tried.',
  fix: () => '{localai} up   # pulls it; then {localai} doctor --only gpu-path',
  needs: [...groundwork, 'gpu-path-works'],
  assess: (facts) =>
    onTries(facts, ({ proof, image }) => (proof === 'cuda' ? ok(image) : warn(`tried with ${image}`))),
};

export const gpuPathChecks: readonly Check[] = [
  works,
  style('gpu-path-cdi', 'cdi', writeCdi),
  style('gpu-path-gpus', 'gpus', configureRuntime),
  style('gpu-path-runtime', 'runtime', configureRuntime),
  recorded,
  inside,
];

/** Whether it is worth trying containers: there is a card that answers, an engine, and what hands it over. Pure. */
export const isGpuPathWorthTrying = ({ machine }: Pick<DoctorFacts, 'machine'>): boolean => {
  const docker = factOf(machine.docker);
  const { hook, runtime, version } = machine.toolkit;
  return (
    hasNvidia(machine) &&
    machine.nvidia.smi.state === 'answers' &&
    docker?.daemon.answers === true &&
    !docker.snap &&
    (docker.daemon.desktop || hook || runtime || factOf(version) !== null)
  );
};
