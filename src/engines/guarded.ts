import { join } from 'node:path';

/**
 * The words that start a program so that it ends when we do, also after `kill -9`: for engines that do not watch their
 * stdin themselves. It keeps its process number.
 */
export const guarded = (packageFolder: string, argv: readonly string[]): readonly string[] => [
  'sh',
  join(packageFolder, 'templates', 'engine-guard.sh'),
  ...argv,
];
