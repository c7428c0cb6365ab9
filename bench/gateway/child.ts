import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Tells the parent the port, and ends with it. */
export const sayPort = (port: number): void => {
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
};

/** Listens on a port of its own and tells the parent. */
export const serveAt = (server: Server): void => {
  server.listen(0, '127.0.0.1', () => sayPort((server.address() as AddressInfo).port));
};
