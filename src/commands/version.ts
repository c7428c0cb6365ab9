import { join } from 'node:path';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { DefineCommand } from './command.ts';

/** Which commit dist/ was built from; null when it runs from the sources, or was built outside git. */
const builtCommit = async ({ system, packageFolder }: Context): Promise<string | null> => {
  const text = await system.files.readText(join(packageFolder, 'dist', 'build.json'));
  return text === undefined ? null : (JSON.parse(text) as { commit: string | null }).commit;
};

export const define: DefineCommand = (open) =>
  new Command('version')
    .description('print the version and what it runs on')
    .action(async (_options, command: Command) => {
      const context = open(command);
      const { output, system, version, packageFolder } = context;
      const facts = {
        version,
        commit: await builtCommit(context),
        node: process.versions.node,
        platform: system.platform,
        arch: system.arch,
        folder: packageFolder,
      };
      output.data(facts);
      output.print(`localai ${version}${facts.commit ? ` (${facts.commit.slice(0, 9)})` : ''}`);
      output.print(`Node ${facts.node} on ${system.platform} ${system.arch}`);
      output.print(`in ${packageFolder}`);
    });
