import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/**
 * Prints what may come next, a line each with a tab before its description: what the shells' scripts ask for.
 * `words` is the command line after `localai`, the last one unfinished or empty.
 */
export const suggest = (program: Command, words: readonly string[]): void => {
  const root = tab(program);
  // The global options may stand behind a verb, too.
  for (const command of root.commands.values()) {
    for (const [name, option] of root.options)
      if (!command.options.has(name)) command.options.set(name, option);
  }
  // Ours, not the user's.
  root.commands.delete('complete');
  root.parse([...words]);
};
