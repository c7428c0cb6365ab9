import { Command, CommanderError } from 'commander';
import type { DefineCommand, OpenContext } from './commands/command.ts';
import { exitCodes, failure, type LocalaiError } from './errors.ts';
import type { Streams } from './output/create.ts';
import { detectInvocation } from './output/invocation.ts';
import { wantsColor } from './output/wants-color.ts';
import { ownPackage } from './system/package.ts';
import { type SignalSource, type StopWatch, watchSignals } from './system/stop-signals.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The process around us; a test gives its own. */
export type Host = Streams & SignalSource;

interface Verb {
  readonly name: string;
  /** Its heading in `localai --help`. */
  readonly group: string;
  /** The same as the command's own description; a test compares the two. */
  readonly summary: string;
  /** Imports the verb's own world; nothing else is loaded for it. */
  readonly load: () => Promise<{ readonly define: DefineCommand }>;
}

/** What `localai --help` is made of, so that it need not load the verbs. */
export const verbs: readonly Verb[] = [
  {
    name: 'config',
    group: 'Settings:',
    summary: 'show and change settings',
    load: () => import('./commands/config.ts'),
  },
];

interface GlobalOptions {
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

Help on one command: {localai} help <command>
`;

/** The program with its global options. Of each verb it has a line of help; of the one that was typed, all. */
const rootProgram = (host: Host, env: Env, version: string, typed: Command | undefined): Command => {
  const colors = (isTerminal: boolean | undefined) => () =>
    wantsColor(env, isTerminal === true, program.opts<GlobalOptions>().color);
  const program: Command = new Command('localai')
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
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      // The one catch in `run` shows what went wrong.
      outputError: () => {},
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
      getOutHasColors: colors(host.stdout.isTTY),
      getErrHasColors: colors(host.stderr.isTTY),
    });
  for (const { name, group, summary } of verbs) {
    const command = typed?.name() === name ? typed : new Command(name).description(summary);
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

/** `help up` means `up --help`. */
const withoutHelpVerb = (argv: readonly string[]): readonly string[] => {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  if (argv[at] !== 'help') return argv;
  const rest = argv.filter((_word, index) => index !== at);
  return rest.some((word) => !word.startsWith('-')) ? [...rest, '--help'] : [];
};

/** The verb that was typed: the first word, since no global option takes a value. */
const typedVerb = (argv: readonly string[]): Verb | undefined => {
  const word = argv.find((one) => !one.startsWith('-'));
  return verbs.find(({ name }) => name === word);
};

/** What commander says of a wrong command line, in our form. */
const usageError = ({ message }: CommanderError, verb: Verb | undefined): LocalaiError => {
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n');
  const nearest = /\(Did you mean (.*)\?\)/.exec(more.join(' '))?.[1];
  const suggestion = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  if (verb === undefined) return failure('COMMAND_LINE', { problem: `${first}.`, nearest: suggestion });
  return failure('USAGE', { problem: `${first}. ${suggestion}`.trim(), command: verb.name });
};

/** What a command leaves behind for the end of the process. */
interface Ending {
  code: number;
  /** Set when stdout could not be written any more. */
  broken: NodeJS.ErrnoException | undefined;
}

/** Loads what every verb needs; only after that its Context can be made at once. */
const prepareContext = async (
  host: Host,
  env: Env,
  stop: StopWatch,
  invocation: string,
  ending: Ending,
): Promise<OpenContext> => {
  const [{ realSystem }, { resolvePaths }, { createOutput }] = await Promise.all([
    import('./system/system.ts'),
    import('./config/paths.ts'),
    import('./output/create.ts'),
  ]);
  const system = realSystem(env);
  const paths = resolvePaths(system);
  const { folder: packageFolder, version } = ownPackage();
  return (command) => {
    const { json = false, quiet = false, verbose = false, yes = false, color } = globalOptions(command);
    const output = createOutput(host, {
      ...{ json, quiet, verbose, assumeYes: yes, color, env, invocation },
      onBroken: (fault) => {
        ending.broken = fault;
        stop.abort();
      },
    });
    return {
      ...{ system, paths, output, invocation, version, packageFolder },
      signal: stop.signal,
      assumeYes: yes,
      config: async (flags) => {
        const { loadConfig } = await import('./config/load.ts');
        return loadConfig(system, paths, { ...(flags ? { flags } : {}), warn: output.warn });
      },
      exit: (code) => {
        ending.code = code;
      },
    };
  };
};

const globalOptions = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/** Whether nothing was asked but how to print it: then the help is what they need. */
const asksNothing = (argv: readonly string[]): boolean =>
  argv.every((word) => /^(-[qvy]+|--json|--quiet|--verbose|--yes|--no-color)$/.test(word));

/** The error to show; undefined where nothing went wrong, or where nobody is left to read it. */
const errorOf = (caught: unknown, stop: StopWatch, ending: Ending, verb: Verb | undefined): unknown => {
  if (caught instanceof CommanderError) return caught.exitCode === 0 ? undefined : usageError(caught, verb);
  if (ending.broken) return ending.broken.code === 'EPIPE' ? undefined : ending.broken;
  return stop.signal.aborted ? stop.signal.reason : caught;
};

/**
 * Runs one command line to its end and returns the exit code (docs/exit-codes.md). Never ends the process itself.
 * `invocation` is what the user typed to start us, where the caller knows better than the environment.
 */
export const run = async (
  argv: readonly string[],
  env: Env = process.env,
  host: Host = process,
  invocation = detectInvocation(env),
): Promise<number> => {
  const stop = watchSignals(host);
  const ending: Ending = { code: exitCodes.ok, broken: undefined };
  const words = withoutHelpVerb(argv);
  const verb = typedVerb(words);
  const work = async (): Promise<void> => {
    const [loaded, open] = verb
      ? await Promise.all([verb.load(), prepareContext(host, env, stop, invocation, ending)])
      : [];
    const program = rootProgram(host, env, ownPackage().version, open && loaded?.define(open));
    program.addHelpText('after', examples.replaceAll('{localai}', invocation));
    if (asksNothing(words)) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
  };
  try {
    await Promise.race([work(), stop.forced]);
    return ending.code;
  } catch (caught) {
    // A group of commands without a command under it: its help was shown on stderr.
    if (caught instanceof CommanderError && caught.code === 'commander.help') return exitCodes.usage;
    const fault = errorOf(caught, stop, ending, verb);
    if (fault === undefined) return exitCodes.ok;
    const { classify, showError } = await import('./output/show-error.ts');
    const error = classify(fault);
    const has = (...flags: string[]): boolean => flags.some((flag) => words.includes(flag));
    const color = !has('--no-color');
    showError(host, { env, color, json: has('--json'), verbose: has('--verbose', '-v'), invocation }, error);
    return error.exitCode;
  } finally {
    stop.release();
  }
};
