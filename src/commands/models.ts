import { Command } from 'commander';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { listStored, type StoredModel } from '../models/manifest/inventory.ts';
import { removeModel } from '../models/manifest/remove-model.ts';
import { bytes } from '../models/quantities.ts';
import type { DefineCommand } from './command.ts';
import { showCatalog } from './models/catalog.ts';
import { findStored } from './models/find-stored.ts';
import { showList } from './models/list.ts';
import { showModel } from './models/show.ts';
import { readUse } from './models/use.ts';
import { type CardOptions, cardsAsked, gigabytes } from './plan/cards-asked.ts';

export const define: DefineCommand = (open) => {
  const models = new Command('models')
    .description('models on this disk, and those to choose from')
    .addHelpText(
      'after',
      `
Examples:
  $ {localai} models
  $ {localai} models catalog
  $ {localai} models show Qwen3-4B-Instruct-2507
  $ {localai} models rm SmolLM2-135M-Instruct`,
    );

  models
    .command('list', { isDefault: true })
    .description('what is on this disk: size, where from, what uses it')
    .action(async (_options, command: Command) => showList(open(command)));

  models
    .command('catalog')
    .description('what can be had, and what of it suits this machine')
    .option('--gpu <name>', 'as seen from this card')
    .option('--gpus <names>', 'as seen from several cards, e.g. 2x3090')
    .option('--vram <gb>', 'as seen from a card of this size', gigabytes)
    .action(async (_options, command: Command) =>
      showCatalog(open(command), cardsAsked(command.opts<CardOptions>())),
    );

  models
    .command('show')
    .argument('<model>', 'a name, a reference, or a path')
    .description('all that is known of one model')
    .action(async (name: string, _options, command: Command) => showModel(open(command), name));

  models
    .command('rm')
    .argument('<model...>', 'names or references, as `models list` shows them')
    .option('-f, --force', 'also what another program brought')
    .description('remove models that localai fetched')
    .action(async (names: string[], _options, command: Command) => {
      const { force = false } = command.opts<{ force?: true }>();
      await removeAll(open(command), names, force);
    });

  return models;
};

/** All names are looked at before anything is removed. */
const removeAll = async (context: Context, names: readonly string[], force: boolean): Promise<void> => {
  const { system, paths, output } = context;
  const [stored, use] = await Promise.all([listStored(system, paths), readUse(system, paths)]);
  const found = new Set<StoredModel>();
  for (const name of names) found.add(await findStored(context, stored, name));
  for (const { id, file } of found) if (use(file) === 'served') throw failure('MODEL_IN_USE', { model: id });
  const removed = [];
  for (const model of found) {
    const removal = await removeModel(system, paths, model, force);
    removed.push({ id: model.id, reference: model.reference, ...removal });
    output.print(`${model.id}: ${bytes(removal.freedBytes)} freed`);
    for (const path of removal.kept) output.note(`kept, since something else needs it: ${path}`);
  }
  output.data(removed);
};
