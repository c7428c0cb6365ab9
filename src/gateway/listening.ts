import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { failure, reason } from '../errors.ts';
import type { System } from '../system/system.ts';

type Listen = GatewayConfig['listen'];

/** Where it listens beside the app's own server, which serves what comes there, too. */
interface Further {
  close(): Promise<void>;
}

export interface Listening {
  readonly port: number;
  /** Takes no more connections at the further places; resolves once those that are open there are closed. */
  closeFurther(): Promise<unknown>;
}

/** As it is typed into a browser; an address that means "all of them" is reached as this machine. */
export const urlOf = (host: string, port: number): string => {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

/** Who has the port and which one is free, as an error that says so. */
const portBusy = async ({ processes, net }: System, host: string, port: number) => {
  const holder = await processes.listenerOn(port);
  return failure('PORT_BUSY', {
    port,
    host,
    holder: holder ? `"${holder.command.slice(0, 60)}" (process ${holder.pid})` : 'another program',
    free: await net.nextFree(host, port + 1),
  });
};

const listenTcp = async (app: FastifyInstance, system: System, host: string, port: number) => {
  try {
    // Of `localhost` Fastify would make two servers of its own, of which the second knew nothing of a changed file.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port, exclusive: true });
  } catch (caught) {
    const busy = (caught as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (busy) throw await portBusy(system, host, port);
    throw failure('LISTEN_FAILED', { host, port, problem: reason(caught) }, caught);
  }
  return (app.server.address() as AddressInfo).port;
};

/** The second address that `localhost` means, where this machine has it. */
const listenLoopback6 = async (
  server: Server,
  { net }: System,
  port: number,
): Promise<readonly Further[]> => {
  try {
    return [await net.listenTcp('::1', port, (socket) => server.emit('connection', socket))];
  } catch {
    return [];
  }
};

const ownerOnly = '0600';

const listenSocket = async (
  server: Server,
  { net }: System,
  { socket: path, socketMode = ownerOnly }: Listen,
): Promise<readonly Further[]> => {
  if (path === undefined) return [];
  try {
    const mode = Number.parseInt(socketMode, 8);
    return [await net.listenUnix(path, mode, (socket) => server.emit('connection', socket))];
  } catch (caught) {
    throw failure('SOCKET_FAILED', { path, problem: reason(caught) }, caught);
  }
};

/**
 * Listens wherever gateway.yaml says; nowhere, when one of them cannot be. Throws PORT_BUSY, LISTEN_FAILED and
 * SOCKET_FAILED.
 */
export const listenAll = async (app: FastifyInstance, system: System, listen: Listen): Promise<Listening> => {
  const { server } = app;
  try {
    const port = await listenTcp(app, system, listen.host, listen.port);
    const further = [
      ...(await listenSocket(server, system, listen)),
      ...(listen.host === 'localhost' ? await listenLoopback6(server, system, port) : []),
    ];
    return { port, closeFurther: () => Promise.all(further.map((one) => one.close())) };
  } catch (caught) {
    await app.close();
    throw caught;
  }
};
