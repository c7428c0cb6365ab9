import { Command } from 'commander';
import { holdChangeLock } from '../stack/change-lock.ts';
import { stopServer } from '../stack/stop-server.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) =>
  new Command('down')
    .description('stop everything that `up` started')
    .addHelpText('after', '\nIt checks that processes, sockets and port are gone. Models stay on the disk.')
    .action(async (_options, command: Command) => {
      const { output, system, paths, signal } = open(command);
      const release = await holdChangeLock(system, paths, { what: 'down', waitMs: 0, signal });
      try {
        const stopped = await stopServer(system, paths);
        output.data({ stopped });
        output.print(
          stopped ? 'localai is stopped; nothing of it is left running.' : 'localai was not running.',
        );
      } finally {
        await release();
      }
    });
