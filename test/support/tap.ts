import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Endpoint } from '../../src/api/models.ts';

/** Stands before a server and keeps what passes, byte for byte. */
export interface Tap extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** All that was sent to the server, over whatever connections. */
  sent(): Buffer;
  /** All that the server answered. */
  answered(): Buffer;
}

const target = (endpoint: Endpoint): Socket => {
  if ('socket' in endpoint) return connect(endpoint.socket);
  const { hostname, port } = new URL(endpoint.url);
  return connect(Number(port), hostname);
};

export const startTap = async (endpoint: Endpoint): Promise<Tap> => {
  const sent: Buffer[] = [];
  const answered: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = target(endpoint);
    for (const [socket, other, kept] of [
      [client, engine, sent],
      [engine, client, answered],
    ] as const) {
      open.add(socket);
      socket.on('data', (bytes) => {
        kept.push(bytes);
        other.write(bytes);
      });
      socket.on('error', () => {});
      socket.once('end', () => other.end());
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    sent: () => Buffer.concat(sent),
    answered: () => Buffer.concat(answered),
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
