import { failure, type LocalaiError } from '../../errors.ts';

/** What a command of Docker's came to, as far as it matters for saying what went wrong. */
export interface DockerAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly notFound: boolean;
  readonly timedOut: boolean;
}

/** What was being done, for messages. */
export interface DockerDoing {
  readonly command: string;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
}

const lines = (text: string): readonly string[] =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The line that says why: Docker's own error, else the last one. */
const reasonOf = ({ stderr, stdout }: DockerAnswer): string => {
  const all = lines(`${stdout}\n${stderr}`);
  const line = all.findLast((one) => /error|denied|failed|invalid|cannot|no such/i.test(one)) ?? all.at(-1);
  return (line ?? 'it said nothing')
    .replace(/^(docker: )?(Error response from daemon: )?/, '')
    .replace(/^Error: /, '')
    .slice(0, 300)
    .replace(/\.$/, '');
};

type Recognise = (problem: string, doing: DockerDoing) => LocalaiError;

/** Docker's words for what people can repair, each seen with a real engine. */
const known: readonly (readonly [RegExp, Recognise])[] = [
  [
    /permission denied while trying to connect|dial unix .*permission denied/i,
    () => failure('DOCKER_RIGHTS', {}),
  ],
  [
    /cannot connect to the docker daemon|is the docker daemon running|error during connect|dial unix .*(no such file|connection refused)/i,
    (problem) => failure('DOCKER_DOWN', { problem }),
  ],
  [
    /'compose' is not a docker command|unknown (shorthand flag|command|docker command).*(compose|'p' in -p)|unknown command "compose"/i,
    () => failure('COMPOSE_MISSING', {}),
  ],
  [
    /could not select device driver|nvidia-container-cli|CDI device injection failed|unresolvable CDI devices|unknown or invalid runtime name: nvidia|failed to initialize NVML/i,
    (problem) => failure('GPU_PATH', { problem }),
  ],
  [
    /port is already allocated|address already in use|ports are not available/i,
    (_problem, { host, port }) =>
      failure('PORT_BUSY', { host, port, holder: 'another program or container', free: port + 1 }),
  ],
  [
    /no space left on device/i,
    (_problem, { folder }) =>
      failure('DISK_FULL', { path: `Docker or ${folder}`, needed: 'more', free: 'nothing' }),
  ],
  [
    /yaml:|validating .*:|is not valid|invalid (interpolation format|proto|project name|spec)|(services|networks|volumes)\.\S+ (must|additional)|undefined (network|volume|secret|service)|no such service|required variable/i,
    (problem, { folder }) => failure('STACK_OVERRIDE', { problem, folder }),
  ],
];

/** What went wrong with a command of Docker's, as an error of the registry. Pure. */
export const dockerFault = (answer: DockerAnswer, doing: DockerDoing): LocalaiError => {
  if (answer.notFound) return failure('DOCKER_DOWN', { problem: 'there is no program `docker` here' });
  const problem = answer.timedOut ? 'it did not end in time' : reasonOf(answer);
  const words = `${answer.stdout}\n${answer.stderr}`;
  const found = known.find(([pattern]) => pattern.test(words));
  return found ? found[1](problem, doing) : failure('DOCKER_FAILED', { command: doing.command, problem });
};

/** What went wrong with the pull of an image. Pure. */
export const pullFault = (answer: DockerAnswer, image: string, doing: DockerDoing): LocalaiError => {
  const words = `${answer.stdout}\n${answer.stderr}`;
  const problem = reasonOf(answer);
  if (
    /unauthorized|denied|authentication required|no basic auth/i.test(words) &&
    !/docker\.sock|connect to/i.test(words)
  ) {
    return failure('IMAGE_REFUSED', { image, problem });
  }
  const fault = dockerFault(answer, doing);
  return fault.code === 'DOCKER_FAILED' ? failure('IMAGE_UNAVAILABLE', { image, problem }) : fault;
};
