import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import { type Host, run } from '../../src/cli.ts';
import { wholeProgram } from './whole-program.ts';

/** Each command with the words that lead to it, in the order of the help; hidden ones are left out. */
const flatten = (command: Command, path: readonly string[]): readonly (readonly [string, Command])[] => {
  const below = command.createHelp().visibleCommands(command);
  return [
    [path.join(' '), command] as const,
    ...below.flatMap((child) => flatten(child, [...path, child.name()])),
  ];
};

/** The help as it is printed, on a page as wide as this one. */
export const commandsPage = async (): Promise<string> => {
  let printed = '';
  const stdout = new Writable({
    write: (text, _encoding, done) => {
      printed += text;
      done();
    },
  });
  const silent = new Writable({ write: (_text, _encoding, done) => done() });
  const host: Host = {
    ...{ stdin: Readable.from([]), stdout: Object.assign(stdout, { columns: 100 }), stderr: silent },
    ...{ on: () => process, off: () => process },
  };
  const section = (path: string): string => {
    const text = printed.trim();
    printed = '';
    return `## ${path}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
  };
  await run(['--help'], {}, host, 'localai');
  const sections = [section('localai')];
  const program = await wholeProgram(host);
  for (const [path, command] of flatten(program, ['localai']).slice(1)) {
    command.configureHelp({ ...command.configureHelp(), showGlobalOptions: false }).outputHelp();
    sections.push(section(path));
  }
  return `# Commands

What \`localai help <command>\` prints. The options of \`localai\` itself may stand before or after every command.

${sections.join('\n')}`;
};
