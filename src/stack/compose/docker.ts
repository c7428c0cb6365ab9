import type { RunResult } from '../../system/run.ts';
import type { System } from '../../system/system.ts';
import { type DockerDoing, dockerFault } from './docker-faults.ts';
import { variables } from './variables.ts';

/** One stack as Docker knows it. */
export interface StackAddress {
  readonly folder: string;
  readonly project: string;
  /** Where the gateway is published. */
  readonly host: string;
  readonly port: number;
}

export interface DockerRun {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
}

/**
 * Variables of the shell that would stand before those of the stack's .env, or point Compose at other files: what is
 * typed in one terminal must not change the stack of another.
 */
const unset: Readonly<Record<string, undefined>> = Object.fromEntries(
  [
    ...variables.map(({ name }) => name),
    ...['COMPOSE_FILE', 'COMPOSE_PROJECT_NAME', 'COMPOSE_PROFILES', 'COMPOSE_ENV_FILES'],
  ].map((name) => [name, undefined]),
);

/** Runs `docker …` to its end, without judging it. */
export const runDocker = (
  system: System,
  args: readonly string[],
  options: DockerRun = {},
): Promise<RunResult> => system.run('docker', args, options);

/** Runs `docker compose …` on a stack, without judging it. The files are found by Compose itself, override included. */
export const runCompose = (
  system: System,
  { folder, project }: Pick<StackAddress, 'folder' | 'project'>,
  args: readonly string[],
  options: DockerRun = {},
): Promise<RunResult> =>
  system.run('docker', ['compose', '-p', project, ...args], { ...options, cwd: folder, env: unset });

export const doingOf = (stack: StackAddress, command: string): DockerDoing => ({
  ...{ command, folder: stack.folder, host: stack.host, port: stack.port },
});

/** The same, and throws what it came to when it failed: DOCKER_DOWN, DOCKER_RIGHTS, GPU_PATH, PORT_BUSY, … */
export const compose = async (
  system: System,
  stack: StackAddress,
  args: readonly string[],
  options: DockerRun = {},
): Promise<RunResult> => {
  const result = await runCompose(system, stack, args, options);
  if (options.signal?.aborted) options.signal.throwIfAborted();
  if (result.ok) return result;
  throw dockerFault(result, doingOf(stack, `docker compose ${args.join(' ')}`));
};
