import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import type { EngineContainer } from './facts.ts';

/** `docker ps --format '{{json .}}'`: an object a line. */
interface PsLine {
  readonly ID?: string;
  readonly Names?: string;
  readonly Image?: string;
}

const parseLine = (line: string): PsLine => {
  try {
    return JSON.parse(line) as PsLine;
  } catch {
    return {};
  }
};

/** The containers that run an engine: vLLM's image, under whatever tag. */
export const parseEngines = (stdout: string): readonly Omit<EngineContainer, 'gpu'>[] =>
  stdout
    .split('\n')
    .map(parseLine)
    .filter(({ Image = '' }) => /(^|\/)vllm[^/]*(\/|:|$)/.test(Image))
    .map(({ ID = '', Names = '', Image = '' }) => ({ id: ID, name: Names, image: Image }));

/** A card that went missing while the container ran answers here, and nowhere else. */
const gpuInside = async (observer: Observer, id: string): Promise<EngineContainer['gpu']> => {
  const answer = await observer.run(`container-gpu-${id}`, ['docker', 'exec', id, 'nvidia-smi', '-L']);
  const words = `${answer.stdout}\n${answer.stderr}`.trim().split('\n')[0] ?? '';
  if (answer.timedOut) return { seen: false, words: 'nvidia-smi in it did not answer in time' };
  return { seen: answer.ok && /^GPU \d+:/m.test(answer.stdout), words };
};

/** Engines that run in containers now; with `askGpu`, whether each of them still sees its card. */
export const findEngineContainers = async (
  observer: Observer,
  askGpu: boolean,
): Promise<Known<readonly EngineContainer[]>> => {
  const answer = await observer.run('docker-ps', ['docker', 'ps', '--no-trunc', '--format', '{{json .}}']);
  if (!answer.ok) return { notChecked: 'docker ps failed' };
  const found = parseEngines(answer.stdout);
  return {
    value: await Promise.all(
      found.map(async (one) => ({ ...one, gpu: askGpu ? await gpuInside(observer, one.id) : null })),
    ),
  };
};
