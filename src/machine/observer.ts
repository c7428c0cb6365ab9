import type { RunResult } from '../system/run.ts';
import type { System } from '../system/system.ts';
import type { Evidence } from './report.ts';
import { withoutSecrets } from './secrets.ts';

/** How long one program may take, ms, where nothing else is said. */
export const commandMs = 1900;

const shownLines = 6;
const shownLetters = 240;

/** Looks at the machine for the probes and writes down what it saw. */
export interface Observer {
  readonly system: System;
  /**
   * Runs a program to its end or its time limit (ms) and keeps the evidence under the probe's name. Never waits
   * longer than that, even for a program that cannot be ended.
   */
  run(probe: string, argv: readonly [string, ...string[]], limitMs?: number): Promise<RunResult>;
  /** Puts other lines in place of the first ones, where those say nothing. */
  show(probe: string, lines: readonly string[]): void;
  /** The text of a file; undefined when it is not there or may not be read. */
  read(path: string): Promise<string | undefined>;
  /** The same, kept as evidence under the probe's name. */
  readFor(probe: string, path: string): Promise<string | undefined>;
  /** All that was written down so far. */
  readonly evidence: Readonly<Record<string, Evidence>>;
}

const firstLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => withoutSecrets(line.trim()))
    .filter((line) => line !== '')
    .slice(0, shownLines)
    .map((line) => (line.length > shownLetters ? `${line.slice(0, shownLetters)}…` : line));

const outcome = (result: RunResult, limitMs: number): Pick<Evidence, 'exitCode' | 'lines'> => {
  if (result.notFound) return { exitCode: null, lines: ['there is no such program'] };
  if (result.timedOut) return { exitCode: null, lines: [`no answer within ${limitMs} ms`] };
  const words = result.ok ? `${result.stdout}\n${result.stderr}` : result.stderr.trim() || result.stdout;
  return { exitCode: result.exitCode ?? null, lines: firstLines(words) };
};

const unanswered: RunResult = {
  ...{ exitCode: undefined, signal: undefined, stdout: '', stderr: '' },
  ...{ timedOut: true, notFound: false, ok: false },
};

/** Gives a program that was told to end this long before it is left alone, ms. */
const graceMs = 100;

export const createObserver = (system: System): Observer => {
  const evidence: Record<string, Evidence> = {};
  const bounded = async (argv: readonly [string, ...string[]], limitMs: number): Promise<RunResult> => {
    const [program, ...args] = argv;
    const done = new AbortController();
    // Messages are told apart by their English words.
    const options = { timeoutMs: limitMs, env: { LC_ALL: 'C' } };
    const late = system.clock.sleep(limitMs + graceMs, done.signal).then(
      () => unanswered,
      () => unanswered,
    );
    try {
      return await Promise.race([system.run(program, args, options), late]);
    } finally {
      done.abort();
    }
  };
  const read = (path: string): Promise<string | undefined> =>
    system.files.readText(path).catch(() => undefined);
  return {
    system,
    evidence,
    run: async (probe, argv, limitMs = commandMs) => {
      const result = await bounded(argv, limitMs);
      evidence[probe] = { command: withoutSecrets(argv.join(' ')), ...outcome(result, limitMs) };
      return result;
    },
    show: (probe, lines) => {
      const seen = evidence[probe];
      if (seen) evidence[probe] = { ...seen, lines: firstLines(lines.join('\n')) };
    },
    read,
    readFor: async (probe, path) => {
      const text = await read(path);
      evidence[probe] = {
        command: `cat ${path}`,
        ...(text === undefined
          ? { exitCode: 1, lines: ['not there, or not to be read'] }
          : { exitCode: 0, lines: firstLines(text) }),
      };
      return text;
    },
  };
};
