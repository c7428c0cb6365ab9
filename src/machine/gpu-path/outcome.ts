import type { RunResult } from '../../system/run.ts';
import type { GpuPathFacts, GpuPathTry } from './styles.ts';

type Outcome = Pick<GpuPathTry, 'works' | 'problem'>;

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The line that says why, among all that Docker and Python print around it. */
const reasonIn = (words: string): string => {
  const all = lines(words);
  const docker = all.find((line) => /Error response from daemon/i.test(line));
  const python = all.findLast((line) => /^\w*(Error|Exception):/.test(line));
  const line = docker ?? python ?? all[0] ?? 'it said nothing';
  return line
    .replace(/^docker:\s*/, '')
    .replace(/^Error response from daemon:\s*/, '')
    .slice(0, 300);
};

/** A program of another C library than the image's: it was put there, so the card was given, but it cannot run. */
const cannotRun = /exec .*nvidia-smi.*no such file or directory/i;

const isMissing = /nvidia-smi.*(executable file not found|not found in \$PATH)/i;

/** What a try came to. */
export const outcomeOf = (result: RunResult, proof: GpuPathFacts['proof']): Outcome => {
  const words = `${result.stderr}\n${result.stdout}`;
  if (result.timedOut) return { works: false, problem: 'the container did not end in time' };
  if (proof === 'cuda') {
    return /^cuda ok/m.test(result.stdout)
      ? { works: true, problem: null }
      : { works: false, problem: reasonIn(words) };
  }
  if (result.ok && /^GPU \d+:/m.test(result.stdout)) return { works: true, problem: null };
  if (isMissing.test(words))
    return { works: false, problem: 'the container starts, but no card and no driver are in it' };
  if (cannotRun.test(words)) return { works: null, problem: 'nvidia-smi cannot run in this image' };
  return { works: false, problem: reasonIn(words) };
};
