import { arch, homedir, hostname, platform, tmpdir } from 'node:os';
import { type Clock, realClock } from './clock.ts';
import { type Files, realFiles } from './files.ts';
import { type Net, realNet } from './net.ts';
import { type Processes, realProcesses } from './processes.ts';
import { type Run, realRun } from './run.ts';

/**
 * The one door to the outside world. Handed down as a parameter, so that tests can give a temporary HOME, a PATH
 * with stand-in programs, or a clock of their own. Nothing else in the project imports execa or node:fs.
 */
export interface System {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `linux`, `darwin`, `win32`, … as Node names them. */
  readonly platform: NodeJS.Platform;
  /** `x64`, `arm64`, … as Node names them. */
  readonly arch: string;
  readonly home: string;
  /** What this machine calls itself on the network. */
  readonly hostName: string;
  /** The folder for temporary files. */
  readonly tmp: string;
  /** The folder that the command was typed in. */
  readonly cwd: string;
  /** Numeric user and group id; undefined where the platform has none. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** The Node program that runs us, for child processes of our own. */
  readonly nodePath: string;
  readonly run: Run;
  readonly processes: Processes;
  readonly files: Files;
  readonly net: Net;
  readonly clock: Clock;
}

/** The real machine, seen through `env` (HOME, PATH and the proxies are read from it, not from the process). */
export const realSystem = (env: Readonly<Record<string, string | undefined>> = process.env): System => ({
  env,
  platform: platform(),
  arch: arch(),
  home: env['HOME'] ?? homedir(),
  hostName: hostname(),
  tmp: env['TMPDIR'] ?? tmpdir(),
  cwd: process.cwd(),
  user: process.getuid && process.getgid ? { uid: process.getuid(), gid: process.getgid() } : undefined,
  nodePath: process.execPath,
  run: realRun(env),
  processes: realProcesses(env),
  files: realFiles,
  net: realNet(env),
  clock: realClock,
});
