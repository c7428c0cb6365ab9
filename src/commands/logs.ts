import { Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { type LogLine, logFiles, logName, openLogs } from '../stack/logs.ts';
import type { DefineCommand } from './command.ts';
import { readableLine } from './logs/readable-line.ts';

interface LogsOptions {
  readonly follow?: true;
  readonly lines: number;
}

const count = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

export const define: DefineCommand = (open) =>
  new Command('logs')
    .description('what the gateway and the engines wrote')
    .argument('[which]', '`gateway`, `engine` or a model; all when absent')
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .addOption(new Option('-n, --lines <count>', 'lines of each log').default(50).argParser(count))
    .addHelpText(
      'after',
      `
Examples:
  $ {localai} logs
  $ {localai} logs -f engine
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

const show = async (context: Context, which: string | undefined, options: LogsOptions): Promise<void> => {
  const { system, paths, output, signal } = context;
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
