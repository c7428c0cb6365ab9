import { join } from 'node:path';
import type { GatewayConfig } from '../api/gateway-config.ts';
import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';
import { readRunning, type StackRecord } from './record.ts';

const pollMs = 20;

/** A cold disk and a busy machine included, ms. */
const timeoutMs = 60_000;

/** What the server wrote before its own log was open, and what Node itself says when it cannot start. */
const consoleFile = (paths: Paths): string => join(paths.logs, 'serve-console.log');

/** Throws PORT_BUSY, naming who holds the port and the next one that is free. */
export const checkPort = async (
  system: System,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> => {
  if (await system.net.isFree(host, port)) return;
  const holder = await system.processes.listenerOn(port);
  const free = await system.net.nextFree(host, port + 1);
  throw failure('PORT_BUSY', {
    host,
    port,
    free,
    holder: holder ? `process ${holder.pid} (${holder.command.slice(0, 100)})` : 'another program',
  });
};

const saidLast = async (system: System, paths: Paths): Promise<string> => {
  const text = (await system.files.readText(consoleFile(paths)))?.trim();
  return text ? text.split('\n').slice(-4).join(' ') : 'it said nothing';
};

const answers = async (system: System, { gateway }: StackRecord): Promise<boolean> =>
  (await system.net.local({ url: gateway.url }, '/health', 1000))?.status === 200;

const waitForGateway = async (
  system: System,
  paths: Paths,
  server: ProcessIdentity,
  signal: AbortSignal,
): Promise<StackRecord> => {
  const until = system.clock.monotonic() + timeoutMs;
  while (system.clock.monotonic() < until) {
    const record = await readRunning(system, paths);
    if (record?.process.pid === server.pid && (await answers(system, record))) return record;
    if (!(await system.processes.isAlive(server))) {
      throw failure('START_FAILED', { problem: await saidLast(system, paths) });
    }
    await system.clock.sleep(pollMs, signal);
  }
  throw failure('START_FAILED', { problem: `no answer within ${timeoutMs / 1000} s` });
};

/**
 * Starts `<program> serve` on its own, so that it outlives us, and waits until its gateway answers; models load behind
 * it. Throws PORT_BUSY and START_FAILED.
 */
export const startServer = async (
  system: System,
  paths: Paths,
  program: string,
  listen: GatewayConfig['listen'],
  signal: AbortSignal,
): Promise<StackRecord> => {
  await checkPort(system, listen);
  const { files } = system;
  await files.mkdir(paths.logs, 0o700);
  await files.remove(consoleFile(paths));
  const args = [program, 'serve', '--background', '--config', paths.gatewayFile];
  const server = await system.processes.spawnDetached(system.nodePath, args, {
    cwd: paths.state,
    logFile: consoleFile(paths),
  });
  return waitForGateway(system, paths, server, signal);
};
