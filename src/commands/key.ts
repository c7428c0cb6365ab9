import { Argument, Command } from 'commander';
import { keyNamed } from '../config/key-ring.ts';
import { loadKeys, ownerId, readOwnerKey } from '../config/keys.ts';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import type { DefineCommand } from './command.ts';
import { makeKey } from './key/create.ts';
import { listKeys } from './key/list.ts';
import { type CreateOptions, createOptions, expiresOption, fileOption } from './key/options.ts';
import { type RotateOptions, replaceKey, takeKeyAway } from './key/replace.ts';

interface FileOption {
  readonly file?: string;
}

/** Prints the owner's key; of the others only a hash is kept. */
const showKey = async ({ output, system, paths }: Context, name: string): Promise<void> => {
  if (name.toLowerCase() !== ownerId) {
    const found = keyNamed(await loadKeys(system, paths.keysFile), name);
    throw failure('KEY_NOT_KEPT', { name: found.name });
  }
  const plain = await readOwnerKey(system, paths);
  if (plain === undefined) throw failure('KEY_MISSING', {});
  output.data({ key: plain, file: paths.ownerKeyFile });
  output.print(plain);
};

export const define: DefineCommand = (open) => {
  const key = new Command('key').description('API keys: make, list, show, replace, take away').addHelpText(
    'after',
    `
\`up\` makes the owner key, which may do everything. Make others for tools and people, so that each can be limited and
taken away by itself. A running gateway follows each change at once.

Examples:
  $ export OPENAI_API_KEY=$({localai} key show)
  $ {localai} key create laptop --expires 90d
  $ {localai} key create ci --models coder --rpm 60 --parallel 2 --priority batch
  $ {localai} key create prometheus --scopes metrics
  $ {localai} key list
  $ {localai} key rotate laptop
  $ {localai} key revoke ci --yes`,
  );

  const create = key
    .command('create')
    .argument('<name>', 'what it is called in lists, logs and metrics')
    .description('make an API key and print it, once, alone on stdout');
  for (const option of createOptions()) create.addOption(option);
  create.addOption(fileOption()).action(async (name: string, _options, command: Command) => {
    await makeKey(open(command), name, command.opts<CreateOptions & FileOption>());
  });

  key
    .command('list')
    .description('the keys there are, what each may do, and when it was last used')
    .addOption(fileOption())
    .action(async (_options, command: Command) => {
      await listKeys(open(command), command.opts<FileOption>().file);
    });

  key
    .command('show')
    .addArgument(new Argument('[name]', 'the owner key alone can be shown').default(ownerId))
    .description('print the owner key, alone on stdout')
    .action(async (name: string, _options, command: Command) => showKey(open(command), name));

  key
    .command('rotate')
    .addArgument(new Argument('[name]', 'which key').default(ownerId))
    .description('replace a key by a new one that may do the same; the old one stops working at once')
    .addOption(expiresOption('a new time for it: 30d, 12h, 2w, 1y, a day, or never'))
    .addOption(fileOption())
    .action(async (name: string, _options, command: Command) => {
      await replaceKey(open(command), name, command.opts<RotateOptions>());
    });

  key
    .command('revoke')
    .argument('<name>', 'which key')
    .description('take a key away; it stops working at once')
    .addOption(fileOption())
    .action(async (name: string, _options, command: Command) => {
      await takeKeyAway(open(command), name, command.opts<FileOption>().file);
    });

  return key;
};
