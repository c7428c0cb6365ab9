import { Command } from 'commander';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { holdChangeLock } from '../stack/change-lock.ts';
import { readComposeRecord } from '../stack/compose/record.ts';
import { restartStackSteps } from '../stack/compose/restart-stack.ts';
import { ownProgram } from '../stack/entry.ts';
import { restartSteps } from '../stack/restart.ts';
import { findServer } from '../stack/running.ts';
import { readServing } from '../stack/serving.ts';
import type { Step } from '../stack/step.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) =>
  new Command('restart')
    .description('stop and start again, with the same model and settings')
    .argument('[model]', 'one model of the containers, by id or role; all when absent')
    .addHelpText('after', '\nAlso the way to try again after an engine was given up.')
    .action(async (model: string | undefined, _options, command: Command) => restart(open(command), model));

const stepsFor = async (
  { system, paths, packageFolder }: Context,
  model: string | undefined,
  release: () => Promise<void>,
): Promise<readonly Step[]> => {
  const onHost = await findServer(system, paths);
  if (!onHost && (await readComposeRecord(system, paths))) {
    return restartStackSteps(system, paths, model, release);
  }
  if (onHost && model !== undefined) {
    const problem = 'Engines on the host are restarted together with their gateway.';
    throw failure('USAGE', { problem, command: 'restart' });
  }
  return restartSteps(system, paths, ownProgram(packageFolder), release);
};

const restart = async (context: Context, model: string | undefined): Promise<void> => {
  const { output, system, paths, signal } = context;
  const release = await holdChangeLock(system, paths, { what: 'restart', waitMs: 0, signal });
  try {
    await output.tasks(await stepsFor(context, model, release), signal);
  } finally {
    await release();
  }
  const running = await readServing(system, paths);
  output.data({ gateway: running ? { url: running.gateway.url } : null });
  if (running) output.print(`localai runs at ${running.gateway.url}`);
};
