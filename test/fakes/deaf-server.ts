import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** A server whose process hangs: the kernel has filled its line of connections and answers no more of them. */
export interface DeafServer extends AsyncDisposable {
  readonly url: string;
}

const listener = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** How many connections Linux holds ready for a backlog of 1. */
const held = 2;

/** On Linux a connection to it is neither made nor refused. */
export const startDeafServer = async (): Promise<DeafServer> => {
  const worker = new Worker(listener, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const sockets: Socket[] = [];
  for (let at = 0; at < held; at += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
};
