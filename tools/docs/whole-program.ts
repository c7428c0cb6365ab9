import type { Command } from 'commander';
import { type Host, verbs } from '../../src/cli.ts';
import { rootProgram } from '../../src/commands/program/root-program.ts';

/** The program with every verb in full, to look at; none of them can run. */
export const wholeProgram = async (host: Host = process): Promise<Command> => {
  const loaded = await Promise.all(verbs.map(({ load }) => load()));
  const full = loaded.map(({ define }) =>
    define(() => {
      throw new Error('this program is only for looking at');
    }),
  );
  return rootProgram({ streams: host, env: {}, invocation: 'localai', version: '', verbs, full });
};
