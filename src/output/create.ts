import type { Readable } from 'node:stream';
import { failure } from '../errors.ts';
import { createPaint } from './colors.ts';
import { askYesNo } from './confirm.ts';
import { runListedTasks } from './listed-tasks.ts';
import type { Output, OutputOptions } from './output.ts';
import { runPlainTasks } from './plain-tasks.ts';
import { createSink, type OutputStream } from './sink.ts';
import { renderTable } from './table.ts';
import { wantsColor } from './wants-color.ts';

/** Where a command reads and writes; a test gives its own. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface CreateOptions extends OutputOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly assumeYes: boolean;
  /** False with `--no-color`. */
  readonly color?: boolean;
  /** A clock in ms that never jumps. */
  readonly now?: () => number;
}

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== 'false';

/** The one implementation of Output. */
export const createOutput = (streams: Streams, options: CreateOptions): Output => {
  const { json, quiet, verbose, invocation, env, color, now = () => performance.now() } = options;
  const out = createSink(streams.stdout);
  const err = createSink(streams.stderr);
  const onTerminal = streams.stderr.isTTY === true;
  const paint = createPaint(wantsColor(env, streams.stdout.isTTY === true, color));
  const prose = createPaint(wantsColor(env, onTerminal, color));
  const mayAsk = onTerminal && !json && !isSet(env['CI']);
  const words = (text: string): string => text.replaceAll('{localai}', invocation);
  const line = (text: string): void => err.write(`${words(text)}\n`);
  const print = (text: string): void => {
    if (!json) out.write(`${words(text)}\n`);
  };
  return {
    options: { json, quiet, verbose, invocation },
    // Looking at stdin opens it: only when it matters.
    get interactive() {
      return mayAsk && streams.stdin.isTTY === true;
    },
    paint,
    get columns() {
      return streams.stdout.columns;
    },
    words,
    print,
    data: (value) => {
      if (json) out.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    dataLine: (value) => {
      if (json) out.write(`${JSON.stringify(value)}\n`);
    },
    stream: (text) => out.writeAndWait(text),
    note: (text) => {
      if (!quiet) line(text);
    },
    detail: (text) => {
      if (verbose) line(prose.dim(text));
    },
    warn: (text) => line(`${prose.yellow('warning:')} ${text}`),
    table: (rows, columns, empty) => {
      if (!json) print(rows.length === 0 ? empty : renderTable(rows, columns, paint.dim));
    },
    tasks: (tasks, signal) => {
      if (quiet) return runPlainTasks(tasks, signal, { line: () => {}, now });
      if (!onTerminal || json || env['TERM'] === 'dumb') return runPlainTasks(tasks, signal, { line, now });
      return runListedTasks(tasks, signal, streams.stderr, now);
    },
    async confirm(question, { flag, initial }) {
      if (options.assumeYes) return true;
      if (!this.interactive) throw failure('NEEDS_TTY', { question: words(question), flag });
      return askYesNo(streams.stdin, streams.stderr, words(question), initial);
    },
  };
};
