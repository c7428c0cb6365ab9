import { Command } from 'commander';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { holdChangeLock } from '../stack/change-lock.ts';
import { stopStack } from '../stack/compose/stop-stack.ts';
import { stopServer } from '../stack/stop-server.ts';
import type { DefineCommand } from './command.ts';

interface DownOptions {
  readonly volumes?: true;
}

export const define: DefineCommand = (open) =>
  new Command('down')
    .description('stop everything that `up` started')
    .option('--volumes', 'also remove what containers keep: compile caches, logs, counters; never models')
    .addHelpText(
      'after',
      '\nIt checks that processes, containers, networks, sockets and port are gone. Models stay on the disk.',
    )
    .action(async (_options, command: Command) => down(open(command), command.opts<DownOptions>()));

const question = 'Remove compile caches, logs and usage counters of the containers?';

const down = async (context: Context, { volumes = false }: { readonly volumes?: boolean }): Promise<void> => {
  const { output, system, paths, signal, assumeYes } = context;
  if (volumes && !assumeYes && !(await output.confirm(question, { flag: '--yes', initial: false }))) {
    throw failure('CANCELLED', {});
  }
  const release = await holdChangeLock(system, paths, { what: 'down', waitMs: 0, signal });
  try {
    const server = await stopServer(system, paths);
    const stack = await stopStack(system, paths, volumes);
    const stopped = server || stack;
    output.data({ stopped });
    output.print(stopped ? 'localai is stopped; nothing of it is left running.' : 'localai was not running.');
  } finally {
    await release();
  }
};
