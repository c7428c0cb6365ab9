import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { reason } from '../../errors.ts';
import type { ProcessIdentity } from '../../system/processes.ts';
import type { System } from '../../system/system.ts';

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** In words, e.g. `exit code 1`, `signal SIGSEGV`. */
  readonly how: string;
  /** What it said last that sounds like a reason; else its last line; undefined when it said nothing. */
  readonly lastWords: string | undefined;
  /** Its last lines, for finding out why. */
  readonly log: string;
}

export interface EngineProcess {
  readonly pid: number | null;
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end, and ends its whole group by force when it has not after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** How our own engines begin their lines. */
export const startsWithDate = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;

/** With several workers each tells the whole way down, some hundred lines long; the cause stands first. */
const rememberedLines = 2000;

/** Its last words are among so many. */
const wordsIn = 40;

const soundsLikeReason = /error|fail|fatal|abort|terminate|out of memory|cannot|exception/i;

/** A stack trace's lines say less than the line above them. */
const isTrace = (line: string): boolean => /^\s+at |^Node\.js v\d|^\s*[\^}{]/.test(line);

const lastWordsOf = (lines: readonly string[]): string | undefined => {
  const said = lines
    .map((line) => line.replace(startsWithDate, ''))
    .filter((line) => line.trim() !== '' && !isTrace(line));
  return (said.findLast((line) => soundsLikeReason.test(line)) ?? said.at(-1))?.trim().slice(0, 300);
};

const howOf = (exitCode: number | null, signal: string | null): string =>
  signal ? `signal ${signal}` : `exit code ${exitCode ?? 'unknown'}`;

const follow = (stream: Readable | null, onLine: (line: string) => void): Promise<void> =>
  new Promise((resolve) => {
    if (!stream) return resolve();
    stream.on('error', () => resolve());
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
      .on('line', onLine)
      .on('close', resolve);
  });

const endOf = (
  child: ChildProcess,
): Promise<{ exitCode: number | null; signal: string | null; fault?: string }> =>
  new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    child.once('error', (fault) => {
      // Also sent when a signal could not be delivered; only a child that never started has no pid.
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, fault: reason(fault) });
    });
  });

/** Starts an engine's process. Its stdin is held open: it ends when that closes, however we end. Never throws. */
export const startEngineProcess = (
  system: System,
  command: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> },
  onLine: (line: string) => void,
): EngineProcess => {
  const [program = '', ...args] = command.argv;
  const child = system.processes.spawnChild(program, args, { env: command.env });
  const lines: string[] = [];
  const take = (line: string): void => {
    lines.push(line);
    if (lines.length > rememberedLines) lines.shift();
    onLine(line);
  };
  const heard = Promise.all([follow(child.stdout, take), follow(child.stderr, take)]);
  child.stdin?.on('error', () => {});
  child.on('error', () => {});
  const identity: Promise<ProcessIdentity | undefined> =
    child.pid === undefined ? Promise.resolve(undefined) : system.processes.identify(child.pid);
  const ended = endOf(child).then(async ({ exitCode, signal, fault }): Promise<ProcessEnd> => {
    const who = await identity;
    // vLLM's workers live on when it is killed, and keep the card's memory.
    if (who) await system.processes.endGroup(who);
    // A grandchild may hold the pipes open: its words are not waited for longer than a moment.
    await Promise.race([heard, system.clock.sleep(200)]);
    const how = fault ?? howOf(exitCode, signal);
    return { exitCode, signal, how, lastWords: lastWordsOf(lines.slice(-wordsIn)), log: lines.join('\n') };
  });
  return {
    pid: child.pid ?? null,
    ended,
    stop: async (graceMs) => {
      const who = await identity;
      if (!who) return;
      const over = new AbortController();
      await system.processes.signal(who, 'SIGTERM');
      const late = system.clock.sleep(graceMs, over.signal).then(
        () => system.processes.signal(who, 'SIGKILL', true),
        () => false,
      );
      await ended;
      over.abort();
      await late;
    },
  };
};
