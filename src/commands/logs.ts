import { Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { type ComposeRecord, readComposeRecord } from '../stack/compose/record.ts';
import { readStackLogs, type StackLogLine } from '../stack/compose/stack-logs.ts';
import { type LogLine, logFiles, logName, openLogs } from '../stack/logs.ts';
import { findServer } from '../stack/running.ts';
import type { DefineCommand } from './command.ts';
import { readableLine } from './logs/readable-line.ts';

interface LogsOptions {
  readonly follow?: true;
  readonly lines: number;
  readonly since?: string;
}

const count = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export const define: DefineCommand = (open) =>
  new Command('logs')
    .description('what the gateway and the engines wrote')
    .argument('[which]', '`gateway`, `engine`, a model or its role; all when absent')
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .addOption(new Option('-n, --lines <count>', 'lines of each log').default(50).argParser(count))
    .option('--since <time>', 'of containers: only what came since, e.g. 10m or 2026-11-25T12:00:00')
    .addHelpText(
      'after',
      `
Examples:
  $ {localai} logs
  $ {localai} logs -f engine
  $ {localai} logs coder --since 10m
  $ {localai} logs gateway -n 500 --json`,
    )
    .action(async (which: string | undefined, _options, command: Command) =>
      show(open(command), which, command.opts<LogsOptions>()),
    );

const chosen = (files: readonly string[], which: string | undefined): readonly string[] =>
  files.filter((file) => {
    const name = logName(file);
    if (which === undefined || which === name) return true;
    return which === 'engine' ? name.startsWith('engine-') : name === `engine-${which}`;
  });

/** A colour for each container, so that lines that come mixed can be told apart. */
const colors = ['cyan', 'green', 'yellow', 'bold'] as const;

/** The lines of the Compose stack, with their times. */
const showStack = async (
  { system, paths, output, signal }: Context,
  record: ComposeRecord,
  which: string | undefined,
  { lines, follow, since }: LogsOptions,
): Promise<void> => {
  const names: string[] = [];
  const paint = (log: string): string => {
    if (!names.includes(log)) names.push(log);
    return output.paint[colors[names.indexOf(log) % colors.length] ?? 'bold'](log);
  };
  const write = ({ log, time, line }: StackLogLine): void => {
    if (output.options.json) output.dataLine({ log, time, line });
    else void output.stream(`${time.slice(11, 19)} ${paint(log)} | ${readableLine(line)}\n`);
  };
  await readStackLogs(system, paths, record, { which, lines, follow: follow === true, since }, write, signal);
};

const show = async (context: Context, which: string | undefined, options: LogsOptions): Promise<void> => {
  const { system, paths, output, signal } = context;
  const record = await readComposeRecord(system, paths);
  if (record && !(await findServer(system, paths))) {
    await showStack(context, record, which, options);
    return;
  }
  if (options.since !== undefined) {
    const problem = '--since is for the logs of containers, and none of ours run.';
    throw failure('USAGE', { problem, command: 'logs' });
  }
  const all = await logFiles(system.files, paths);
  const files = chosen(all, which);
  if (all.length > 0 && files.length === 0) {
    const names = all.map(logName).join(', ');
    throw failure('USAGE', { problem: `There is no log "${which}"; there are ${names}.`, command: 'logs' });
  }
  if (files.length === 0) output.note('Nothing was logged yet.');
  const write = async ({ log, line }: LogLine): Promise<void> => {
    if (output.options.json) output.dataLine({ log, line });
    else await output.stream(`${files.length > 1 ? `${log} | ` : ''}${readableLine(line)}\n`);
  };
  const logs = await openLogs(system, files, options.lines);
  for (const line of logs.last) await write(line);
  if (!options.follow) return;
  for await (const line of logs.follow(signal)) await write(line);
};
