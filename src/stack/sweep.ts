import { join } from 'node:path';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';

/** How long an engine may take to end by itself, ms. */
const graceMs = 3000;

/** Waits until none of these processes is there any more; returns those that still are when the time is over. */
const waitUntilGone = async (
  system: System,
  who: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> => {
  const until = system.clock.monotonic() + timeoutMs;
  for (;;) {
    const alive = await Promise.all(who.map((one) => system.processes.isAlive(one)));
    const left = who.filter((_one, index) => alive[index]);
    if (left.length === 0 || system.clock.monotonic() >= until) return left;
    await system.clock.sleep(30);
  }
};

/** Ends processes: asks first, then ends their whole groups. Returns those that are still there. */
export const endProcesses = async (
  system: System,
  who: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> => {
  for (const one of who) await system.processes.signal(one, 'SIGTERM');
  const stubborn = await waitUntilGone(system, who, timeoutMs);
  for (const one of stubborn) await system.processes.signal(one, 'SIGKILL', true);
  return waitUntilGone(system, stubborn, graceMs);
};

/**
 * Engines that outlived their server, and their sockets. They are known by the socket in the spec on their command
 * line: as a JSON value, so that a shell that merely names the folder is never taken for one. Returns the processes
 * that could not be ended.
 */
export const sweepEngines = async (
  system: System,
  socketFolder: string,
): Promise<readonly ProcessIdentity[]> => {
  const orphans = await system.processes.findByCommandLine(`:"${socketFolder}/`);
  const left = await endProcesses(system, orphans, graceMs);
  const names = await system.files.list(socketFolder);
  const sockets = names.filter((name) => name.endsWith('.sock'));
  await Promise.all(sockets.map((name) => system.files.remove(join(socketFolder, name))));
  return left;
};
