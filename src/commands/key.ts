import { Command } from 'commander';
import { readOwnerKey, rotateOwnerKey } from '../config/keys.ts';
import { failure } from '../errors.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) => {
  const key = new Command('key').description('show or replace the API key').addHelpText(
    'after',
    `
Examples:
  $ export OPENAI_API_KEY=$({localai} key show)
  $ {localai} key rotate`,
  );

  key
    .command('show')
    .description('print the API key, alone on stdout')
    .action(async (_options, command: Command) => {
      const { output, system, paths } = open(command);
      const plain = await readOwnerKey(system, paths);
      if (plain === undefined) throw failure('KEY_MISSING', {});
      output.data({ key: plain, file: paths.ownerKeyFile });
      output.print(plain);
    });

  key
    .command('rotate')
    .description('make a new API key; the old one stops working at once')
    .action(async (_options, command: Command) => {
      const { output, system, paths } = open(command);
      const plain = await rotateOwnerKey(system, paths);
      output.data({ key: plain, file: paths.ownerKeyFile });
      output.print(plain);
      output.note('The old key no longer works: give your tools the new one.');
    });

  return key;
};
