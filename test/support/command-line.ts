import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { type Host, run } from '../../src/cli.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is piped in. */
  readonly input?: string;
  readonly invocation?: string;
}

/** A command that runs in this process, with streams and signals of its own. */
export interface RunningCommand {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly signals: EventEmitter;
  readonly result: Promise<CommandResult>;
}

const collect = (stream: PassThrough): (() => string) => {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return () => text;
};

/** Starts `localai …args` in this process: the program as it is, from its command line to its exit code. */
export const startCommand = (args: readonly string[], options: CommandOptions = {}): RunningCommand => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [collect(stdout), collect(stderr)];
  const signals = new EventEmitter();
  const host: Host = {
    stdin: Readable.from(options.input === undefined ? [] : [Buffer.from(options.input)]),
    stdout,
    stderr,
    on: (name, listener) => signals.on(name, listener),
    off: (name, listener) => signals.off(name, listener),
  };
  const result = run(args, options.env ?? {}, host, options.invocation ?? 'localai').then((code) => ({
    ...{ code, stdout: out(), stderr: err() },
  }));
  return { stdout, stderr, signals, result };
};

/** Runs `localai …args` in this process to its end. */
export const runCommand = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  startCommand(args, options).result;
