import { Command } from 'commander';
import type { Streams } from '../../output/create.ts';
import { wantsColor } from '../../output/wants-color.ts';

/** What may stand before or after every verb. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
  readonly color: boolean;
}

const examples = `
Examples:
  $ {localai} up                              serve the model that fits this machine best
  $ {localai} chat "What is a mutex?"         ask it something
  $ git diff | {localai} chat "Review this"   ask about a file or another command's output
  $ {localai} status --json                   what runs, for a script
  $ {localai} down                            stop it; nothing is left behind

Help on one command: {localai} help <command>`;

/** What `localai --help` knows of a verb, so that it need not load it. */
export interface VerbSummary {
  readonly name: string;
  /** The heading it stands under. */
  readonly group: string;
  /** The same as the command's own description; a test compares the two. */
  readonly summary: string;
}

export interface RootOptions {
  readonly streams: Pick<Streams, 'stdout' | 'stderr'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the user typed to start us. */
  readonly invocation: string;
  readonly version: string;
  readonly verbs: readonly VerbSummary[];
  /** The verbs whose Commands are there; of the others the help has a line. */
  readonly full: readonly Command[];
}

/** The program with its global options. */
export const rootProgram = ({ streams, env, invocation, version, verbs, full }: RootOptions): Command => {
  const words = (text: string): string => text.replaceAll('{localai}', invocation);
  // A stream is opened when it is first looked at, which takes a while: only the one that is needed.
  const colors = (name: 'stdout' | 'stderr') => () =>
    wantsColor(env, streams[name].isTTY === true, program.opts<GlobalOptions>().color);
  const program: Command = new Command(invocation)
    .description('Your own models behind an OpenAI-compatible address, on this machine.')
    .usage('[options] <command>')
    .helpCommand(false)
    .helpOption('-h, --help', 'show help')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print the result as JSON on stdout')
    .option('-q, --quiet', 'no progress and no notes')
    .option('-v, --verbose', 'more detail on stderr')
    .option('-y, --yes', 'answer yes to every question')
    .option('--no-color', 'plain text')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => `\x1b[1m${title}\x1b[22m` })
    .configureOutput({
      writeOut: (text) => streams.stdout.write(words(text)),
      writeErr: (text) => streams.stderr.write(words(text)),
      // The one catch in `run` shows what went wrong.
      outputError: () => {},
      getOutHelpWidth: () => streams.stdout.columns ?? 100,
      getErrHelpWidth: () => streams.stderr.columns ?? 100,
      getOutHasColors: colors('stdout'),
      getErrHasColors: colors('stderr'),
    })
    .addHelpText('after', examples);
  for (const { name, group, summary } of verbs) {
    const command = full.find((one) => one.name() === name) ?? new Command(name).description(summary);
    program.addCommand(command.helpGroup(group));
  }
  inheritSettings(program);
  return program;
};

/** Commands that were made elsewhere don't know yet how we write, end and help. */
const inheritSettings = (parent: Command): void => {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent).helpCommand(false);
    inheritSettings(child);
  }
};
