import tab, { type Command as Completion } from '@bomb.sh/tab';
import ofCommander from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { catalog } from '../../models/catalog/catalog.ts';

/** How our commands call what names a model. */
const modelArguments = ['model', 'models', 'reference', 'references'];

const offerModels = (offer: (value: string, description: string) => void): void => {
  for (const { name, summary } of catalog) offer(name, summary);
};

const addModels = (command: Completion): void => {
  for (const [name, argument] of command.arguments) {
    if (modelArguments.includes(name)) argument.handler ??= offerModels;
  }
  const option = command.options.get('model');
  if (option) option.handler = offerModels;
};

/**
 * Prints what may come next, a line each with a tab before its description: what the shells' scripts ask for.
 * `words` is the command line after `localai`, the last one unfinished or empty.
 */
export const suggest = (program: Command, words: readonly string[]): void => {
  ofCommander(program);
  for (const command of tab.commands.values()) {
    addModels(command);
    // The global options may stand behind a verb, too.
    for (const [name, option] of tab.options)
      if (!command.options.has(name)) command.options.set(name, option);
  }
  // Ours, not the user's.
  tab.commands.delete('complete');
  tab.parse([...words]);
};
