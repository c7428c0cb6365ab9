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
  /** Opens no Context, so it also works on a Node that is too old for the rest. */
  readonly light?: true;
}

/** What `localai --help` is made of, so that it need not load the verbs. */
export const verbs: readonly Verb[] = [
  {
    name: 'up',
    group: 'Serve:',
    summary: 'serve a model: plan, fetch, start, wait',
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'status',
    group: 'Serve:',
    summary: 'what runs, and how well',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'logs',
    group: 'Serve:',
    summary: 'what the gateway and the engines wrote',
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'restart',
    group: 'Serve:',
    summary: 'stop and start again, with the same model and settings',
    load: () => import('./commands/restart.ts'),
  },
  {
    name: 'down',
    group: 'Serve:',
    summary: 'stop everything that `up` started',
    load: () => import('./commands/down.ts'),
  },
  {
    name: 'serve',
    group: 'Serve:',
    summary: 'gateway and engines in the foreground, as gateway.yaml says',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'chat',
    group: 'Use:',
    summary: 'ask the model, or talk with it',
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'pull',
    group: 'Models:',
    summary: 'download a model',
    load: () => import('./commands/pull.ts'),
  },
  {
    name: 'models',
    group: 'Models:',
    summary: 'models on this disk, and those to choose from',
    load: () => import('./commands/models.ts'),
  },
  {
    name: 'config',
    group: 'Settings:',
    summary: 'show and change settings',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'key',
    group: 'Settings:',
    summary: 'show or replace the API key',
    load: () => import('./commands/key.ts'),
  },
  {
    name: 'completion',
    group: 'About:',
    summary: 'print a script that completes commands in your shell',
    load: () => import('./commands/completion.ts'),
    light: true,
  },
  {
    name: 'version',
    group: 'About:',
    summary: 'print the version and what it runs on',
    load: () => import('./commands/version.ts'),
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

Help on one command: {localai} help <command>`;

/** The program with its global options. Of most verbs it knows a line of help, of `full` everything. */
const rootProgram = (host: Host, env: Env, invocation: string, full: readonly Command[]): Command => {
  const words = (text: string): string => text.replaceAll('{localai}', invocation);
  const colors = (isTerminal: boolean | undefined) => () =>
    wantsColor(env, isTerminal === true, program.opts<GlobalOptions>().color);
  const program: Command = new Command(invocation)
    .description('Your own models behind an OpenAI-compatible address, on this machine.')
    .usage('[options] <command>')
    .helpCommand(false)
    .helpOption('-h, --help', 'show help')
    .version(ownPackage().version, '-V, --version', 'print the version')
    .option('--json', 'print the result as JSON on stdout')
    .option('-q, --quiet', 'no progress and no notes')
    .option('-v, --verbose', 'more detail on stderr')
    .option('-y, --yes', 'answer yes to every question')
    .option('--no-color', 'plain text')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => `\x1b[1m${title}\x1b[22m` })
    .configureOutput({
      writeOut: (text) => host.stdout.write(words(text)),
      writeErr: (text) => host.stderr.write(words(text)),
      // The one catch in `run` shows what went wrong.
      outputError: () => {},
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
      getOutHasColors: colors(host.stdout.isTTY),
      getErrHasColors: colors(host.stderr.isTTY),
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
  const problem = first.endsWith('.') ? first : `${first}.`;
  if (verb === undefined) return failure('COMMAND_LINE', { problem, nearest: suggestion });
  return failure('USAGE', { problem: `${problem} ${suggestion}`.trim(), command: verb.name });
};

/** Loads what every verb needs; only after that its Context can be made at once. */
const prepareContext = async (
  host: Host,
  env: Env,
  stop: StopWatch,
  invocation: string,
  exit: (code: number) => void,
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
    });
    return {
      ...{ system, paths, output, invocation, version, packageFolder },
      get input() {
        return host.stdin;
      },
      signal: stop.signal,
      assumeYes: yes,
      config: async (flags) => {
        const { loadConfig } = await import('./config/load.ts');
        return loadConfig(system, paths, { ...(flags ? { flags } : {}), warn: output.warn, repeat: verbose });
      },
      exit,
    };
  };
};

const globalOptions = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/** Whether nothing was asked but how to print it: then the help is what they need. */
const asksNothing = (argv: readonly string[]): boolean =>
  argv.every((word) => /^(-[qvy]+|--json|--quiet|--verbose|--yes|--no-color)$/.test(word));

const noContext: OpenContext = () => {
  throw new Error('this command was said to need no context');
};

/** The program with every verb in full, for the documentation; none of them can run. */
export const wholeProgram = async (host: Host = process): Promise<Command> => {
  const loaded = await Promise.all(verbs.map(({ load }) => load()));
  const full = loaded.map(({ define }) => define(noContext));
  return rootProgram(host, {}, 'localai', full);
};

/** `complete -- words…`, asked by the shells' completion scripts: what may come after these words. */
const complete = async (program: Command, typed: readonly string[]): Promise<void> => {
  const { suggest } = await import('./commands/completion/suggest.ts');
  suggest(program, typed);
};

/** Stdout went away under us (`localai … | head -1`), or its disk is full. The first fault counts. */
const watchStdout = (host: Host, stop: StopWatch): { fault: NodeJS.ErrnoException | undefined } => {
  const state: { fault: NodeJS.ErrnoException | undefined } = { fault: undefined };
  host.stdout.on('error', (fault) => {
    state.fault ??= fault;
    stop.abort(fault);
  });
  // Nothing but prose is lost with stderr.
  host.stderr.on('error', () => {});
  return state;
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
  const stdout = watchStdout(host, stop);
  const completing = argv[0] === 'complete' && argv[1] === '--';
  const words = completing ? argv.slice(2) : withoutHelpVerb(argv);
  const verb = typedVerb(words);
  let code: number = exitCodes.ok;
  const exit = (wanted: number): void => {
    code = wanted;
  };
  const openContext = async (): Promise<OpenContext> =>
    completing || verb?.light ? noContext : prepareContext(host, env, stop, invocation, exit);
  const work = async (): Promise<void> => {
    const loading = verb?.load();
    // A Node that is too old for this verb still completes the others.
    const loaded = await (completing ? loading?.catch(() => undefined) : loading);
    const open = verb && (await openContext());
    const program = rootProgram(host, env, invocation, loaded && open ? [loaded.define(open)] : []);
    if (completing) await complete(program, words);
    else if (asksNothing(words)) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
  };
  try {
    await Promise.race([work(), stop.forced]);
    if (stdout.fault) throw stdout.fault;
    return code;
  } catch (caught) {
    if (caught instanceof CommanderError && caught.exitCode === 0) return exitCodes.ok;
    // A group of commands without a command under it: its help was shown on stderr.
    if (caught instanceof CommanderError && caught.code === 'commander.help') return exitCodes.usage;
    // Whoever read stdout has enough; nothing went wrong.
    if (stdout.fault?.code === 'EPIPE') return exitCodes.ok;
    const { classify, showError } = await import('./output/show-error.ts');
    const told = stdout.fault ?? (stop.signal.aborted ? stop.signal.reason : caught);
    const error = told instanceof CommanderError ? usageError(told, verb) : classify(told);
    const has = (...flags: string[]): boolean => flags.some((flag) => words.includes(flag));
    const asked = { json: has('--json'), verbose: has('--verbose', '-v'), color: !has('--no-color') };
    showError(host, { env, invocation, ...asked }, error);
    return error.exitCode;
  } finally {
    stop.release();
  }
};
