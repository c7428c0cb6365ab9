import type { DefineCommand, OpenContext } from './commands/command.ts';
import type { GlobalOptions, RootOptions, VerbSummary } from './commands/program/root-program.ts';
import { exitCodes } from './errors.ts';
import type { Streams } from './output/create.ts';
import { detectInvocation } from './output/invocation.ts';
import { ownPackage } from './system/package.ts';
import { type SignalSource, type StopWatch, watchSignals } from './system/stop-signals.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The process around us; a test gives its own. */
export type Host = Streams & SignalSource;

interface Verb extends VerbSummary {
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
    name: 'plan',
    group: 'Serve:',
    summary: 'what fits this machine, or another, and how it would be served',
    load: () => import('./commands/plan.ts'),
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
    name: 'doctor',
    group: 'Serve:',
    summary: 'what is wrong here, and the command that repairs it',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'chat',
    group: 'Use:',
    summary: 'ask the model, or talk with it',
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'verify',
    group: 'Use:',
    summary: 'try everything that is served, and say what works',
    load: () => import('./commands/verify.ts'),
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
    summary: 'API keys: make, list, show, replace, take away',
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
    const {
      json = false,
      quiet = false,
      verbose = false,
      yes = false,
      color,
    } = command.optsWithGlobals<GlobalOptions>();
    const output = createOutput(host, {
      ...{ json, quiet, verbose, assumeYes: yes, color, env, invocation },
    });
    return {
      ...{ system, paths, output, invocation, version, packageFolder },
      get input() {
        return host.stdin;
      },
      signal: stop.signal,
      onHangup: stop.onHangup,
      assumeYes: yes,
      config: async (flags) => {
        const { loadConfig } = await import('./config/load.ts');
        return loadConfig(system, paths, { ...(flags ? { flags } : {}), warn: output.warn, repeat: verbose });
      },
      exit,
    };
  };
};

const noContext: OpenContext = () => {
  throw new Error('this command was said to need no context');
};

/** Stdout went away under us (`localai … | head -1`), or its disk is full. The first fault counts. */
const watchStdout = (host: Host, stop: StopWatch): { fault: NodeJS.ErrnoException | undefined } => {
  const state: { fault: NodeJS.ErrnoException | undefined } = { fault: undefined };
  host.stdout.on('error', (fault) => {
    state.fault ??= fault;
    stop.abort(fault);
  });
  return state;
};

/** Makes the program with the verb that was typed, and lets it read the command line. */
const parse = async (
  words: readonly string[],
  completing: boolean,
  root: Omit<RootOptions, 'verbs' | 'full' | 'version'>,
  openContext: () => Promise<OpenContext>,
): Promise<void> => {
  const { asksNothing, typedVerb } = await import('./commands/program/command-line.ts');
  const { rootProgram } = await import('./commands/program/root-program.ts');
  const verb = verbs.find(({ name }) => name === typedVerb(words));
  const loading = verb?.load();
  // A Node that is too old for this verb still completes the others.
  const loaded = await (completing ? loading?.catch(() => undefined) : loading);
  const open = completing || !verb || verb.light ? noContext : await openContext();
  const full = loaded ? [loaded.define(open)] : [];
  const program = rootProgram({ ...root, version: ownPackage().version, verbs, full });
  if (completing) (await import('./commands/completion/suggest.ts')).suggest(program, words);
  else if (asksNothing(words)) program.outputHelp();
  else await program.parseAsync(words, { from: 'user' });
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
  const { commanderOutcome, errorStyle, withoutHelpVerb } = await import(
    './commands/program/command-line.ts'
  );
  const stop = watchSignals(host);
  const stdout = watchStdout(host, stop);
  // `complete -- words…` is asked by the shells' completion scripts: what may come after these words?
  const completing = argv[0] === 'complete' && argv[1] === '--';
  const words = completing ? argv.slice(2) : withoutHelpVerb(argv);
  let code: number = exitCodes.ok;
  const openContext = (): Promise<OpenContext> =>
    prepareContext(host, env, stop, invocation, (wanted) => {
      code = wanted;
    });
  try {
    const work = parse(words, completing, { streams: host, env, invocation }, openContext);
    await Promise.race([work, stop.forced]);
    if (stdout.fault) throw stdout.fault;
    return code;
  } catch (caught) {
    // Whoever read stdout has enough; nothing went wrong.
    if (stdout.fault?.code === 'EPIPE') return exitCodes.ok;
    const told = stdout.fault ?? (stop.signal.aborted ? stop.signal.reason : commanderOutcome(caught, words));
    if (typeof told === 'number') return told;
    const { classify, showError } = await import('./output/show-error.ts');
    const error = classify(told);
    showError(host, { env, invocation, ...errorStyle(words) }, error);
    return error.exitCode;
  } finally {
    stop.release();
  }
};
