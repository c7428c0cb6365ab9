import { createServer, type Server, type Socket } from 'node:net';

export interface Listener {
  /** Takes no more connections; resolves once those that are open are closed. */
  close(): Promise<void>;
}

export type OnConnection = (socket: Socket) => void;

/** `listen` has the server listen; rejects when it cannot. */
export const openListener = async (
  onConnection: OnConnection,
  listen: (server: Server) => void,
): Promise<Listener> => {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    listen(server);
  });
  // A connection that could not be taken, for want of file descriptors, is its client's trouble alone.
  server.on('error', () => {});
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
};

/** Listens on an address of this machine. Rejects with what the system says. */
export type ListenTcp = (host: string, port: number, onConnection: OnConnection) => Promise<Listener>;

export const listenTcp: ListenTcp = (host, port, onConnection) =>
  openListener(onConnection, (server) => server.listen({ host, port, exclusive: true }));
