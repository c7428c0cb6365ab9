import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** Makes the Context once the command line is read; `command` is the one that runs (its options say --json etc.). */
export type OpenContext = (command: Command) => Context;

/**
 * What each file of this folder exports as `define`: the verb's commander Command with its options, help and examples.
 * cli.ts imports a file only when its verb was typed (or for completion), so a verb may import its own world.
 */
export type DefineCommand = (open: OpenContext) => Command;
