import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';
import { readRunning, removeRecord, type StackRecord } from './record.ts';
import { findServer, serveLock } from './running.ts';
import { endProcesses, sweepEngines } from './sweep.ts';

/** Open answers get 5 s, engines 10 s; after that it is ended by force. */
const graceMs = 20_000;

/** What still holds on to something of ours after the server was ended. */
const whatIsLeft = async (
  system: System,
  paths: Paths,
  record: StackRecord | undefined,
  ended: readonly ProcessIdentity[],
  alive: readonly ProcessIdentity[],
): Promise<{ readonly what: readonly string[]; readonly pids: readonly number[] }> => {
  const what = alive.map(({ pid }) => `process ${pid}`);
  const pids = alive.map(({ pid }) => pid);
  const sockets = (await system.files.list(paths.runtime)).filter((name) => name.endsWith('.sock'));
  what.push(...sockets.map((name) => `socket ${name}`));
  const holder = record && (await system.processes.listenerOn(record.gateway.port));
  // Somebody else may have taken the port meanwhile; that is their right.
  if (record && holder && ended.some(({ pid }) => pid === holder.pid)) {
    what.push(`port ${record.gateway.port}`);
    pids.push(holder.pid);
  }
  return { what, pids: [...new Set(pids)] };
};

/**
 * Ends the server and everything that belongs to it, and checks that it is gone: processes, sockets, port. Does
 * nothing when nothing runs. Returns whether something did. Throws STOP_FAILED.
 */
export const stopServer = async (system: System, paths: Paths): Promise<boolean> => {
  const record = await readRunning(system, paths);
  const server = await findServer(system, paths);
  const servers = server ? [server] : [];
  const stubborn = await endProcesses(system, servers, graceMs);
  const orphans = await sweepEngines(system, paths.runtime);
  const { what, pids } = await whatIsLeft(system, paths, record, servers, [...stubborn, ...orphans]);
  if (what.length > 0) {
    throw failure('STOP_FAILED', { left: what.join(', '), pids: pids.join(' ') });
  }
  if (server) {
    await removeRecord(system, paths, server);
    await system.files.remove(serveLock(paths));
  }
  return server !== undefined;
};
