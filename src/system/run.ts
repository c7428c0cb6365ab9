import { execa } from 'execa';

interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment that the system was made with. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly input?: string;
  /** Called for each line as it comes, from stdout and stderr alike. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** True when the program does not exist or may not be run. */
  readonly notFound: boolean;
  readonly ok: boolean;
}

/** Runs a program to its end. Never throws for what the program did: look at the result. Arguments are never seen by a shell. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

export const realRun =
  (env: Readonly<Record<string, string | undefined>>): Run =>
  async (program, args, options = {}) => {
    const child = execa(program, [...args], {
      reject: false,
      extendEnv: false,
      env: { ...env, ...options.env },
      stdin: options.input === undefined ? 'ignore' : 'pipe',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      ...(options.input === undefined ? {} : { input: options.input }),
      forceKillAfterDelay: 2000,
    });
    const { onLine } = options;
    const following = onLine
      ? (['stdout', 'stderr'] as const).map(async (from) => {
          for await (const line of child.iterable({ from })) onLine(String(line), from);
        })
      : [];
    await Promise.allSettled(following);
    const result = await child;
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      stdout: String(result.stdout ?? ''),
      stderr: String(result.stderr ?? ''),
      timedOut: result.timedOut,
      notFound: result.code === 'ENOENT' || result.code === 'EACCES',
      ok: !result.failed,
    };
  };
