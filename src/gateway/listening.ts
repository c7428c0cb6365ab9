import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { failure, reason } from '../errors.ts';
import type { System } from '../system/system.ts';

type Listen = GatewayConfig['listen'];

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

/** Listens on TCP and returns the port. Throws PORT_BUSY and LISTEN_FAILED. */
export const listenTcp = async (
  app: FastifyInstance,
  system: System,
  { host, port }: Listen,
): Promise<number> => {
  try {
    await app.listen({ host, port, exclusive: true });
  } catch (caught) {
    const busy = (caught as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (busy) throw await portBusy(system, host, port);
    throw failure('LISTEN_FAILED', { host, port, problem: reason(caught) }, caught);
  }
  return (app.server.address() as AddressInfo).port;
};

const ownerOnly = '0600';

/** Listens on the Unix socket, when one is set: its connections are the server's like all others. Throws SOCKET_FAILED. */
export const listenSocket = async (
  server: Server,
  { net }: System,
  { socket: path, socketMode = ownerOnly }: Listen,
): Promise<(() => Promise<void>) | undefined> => {
  if (path === undefined) return undefined;
  try {
    const mode = Number.parseInt(socketMode, 8);
    const listener = await net.listenUnix(path, mode, (socket) => server.emit('connection', socket));
    return listener.close;
  } catch (caught) {
    throw failure('SOCKET_FAILED', { path, problem: reason(caught) }, caught);
  }
};
