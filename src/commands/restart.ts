import { Command } from 'commander';
import { holdChangeLock } from '../stack/change-lock.ts';
import { ownProgram } from '../stack/entry.ts';
import { readRunning } from '../stack/record.ts';
import { restartSteps } from '../stack/restart.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) =>
  new Command('restart')
    .description('stop and start again, with the same model and settings')
    .addHelpText('after', '\nAlso the way to try again after an engine was given up.')
    .action(async (_options, command: Command) => {
      const { output, system, paths, packageFolder, signal } = open(command);
      const release = await holdChangeLock(system, paths, { what: 'restart', waitMs: 0, signal });
      try {
        const steps = await restartSteps(system, paths, ownProgram(packageFolder), release);
        await output.tasks(steps, signal);
      } finally {
        await release();
      }
      const running = await readRunning(system, paths);
      output.data({ gateway: running ? { url: running.gateway.url } : null });
      if (running) output.print(`localai runs at ${running.gateway.url}`);
    });
