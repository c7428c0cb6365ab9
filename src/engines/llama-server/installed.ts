import { reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** A llama-server of this machine, as it describes itself. */
export interface InstalledServer {
  readonly program: string;
  /** Its build, e.g. `6500`; undefined where it does not say. */
  readonly version: string | undefined;
  /** The flags that its help names. */
  readonly flags: readonly string[];
}

/** One that is there and does not run, and why. */
export interface BrokenServer {
  readonly program: string;
  readonly problem: string;
}

/** A build with CUDA looks at every card before it says its version. */
const timeoutMs = 20_000;

/** Flags without which it cannot serve here. */
const needed = ['--jinja', '--parallel', '--ctx-size', '--alias'] as const;

const flagsIn = (help: string): readonly string[] => [
  ...new Set([...help.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag)),
];

/** Asks a program for its version and its flags: builds differ in what they take. */
export const readInstalled = async (
  system: System,
  program: string,
): Promise<InstalledServer | BrokenServer> => {
  const ask = (flag: string) => system.run(program, [flag], { timeoutMs });
  try {
    const [said, help] = await Promise.all([ask('--version'), ask('--help')]);
    if (help.notFound) return { program, problem: 'it cannot be started' };
    const flags = flagsIn(help.stdout + help.stderr);
    const missing = needed.filter((flag) => !flags.includes(flag));
    if (missing.length > 0)
      return { program, problem: `it knows no ${missing.join(', ')}: too old, or another program` };
    const version = /version: (\S+)/.exec(said.stdout + said.stderr)?.[1];
    return { program, version, flags };
  } catch (caught) {
    return { program, problem: reason(caught) };
  }
};
