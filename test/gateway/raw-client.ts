import { connect, type Socket } from 'node:net';
import { testKey } from './gateway.ts';

/** A client on a bare socket: reads what comes, as it comes, and may leave or stop reading whenever it likes. */
export interface RawClient {
  readonly socket: Socket;
  /** All bytes so far. */
  readonly received: () => Buffer;
  /** Resolves once the bytes so far contain these. */
  until(bytes: string | Buffer): Promise<void>;
  /** Resolves with all bytes when the other side is done. */
  readonly ended: Promise<Buffer>;
  leave(): void;
}

const fields = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

export const requestBytes = (
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${testKey}\r\n${fields(headers)}` +
  `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;

interface RawOptions {
  /** `false` leaves the answer in the socket. */
  readonly reading?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a connection and sends a request. */
export const rawPost = (
  port: number,
  path: string,
  body: string,
  { reading = true, headers = {} }: RawOptions = {},
): RawClient => {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  const received = (): Buffer => Buffer.concat(parts);
  const { promise: ended, resolve } = Promise.withResolvers<Buffer>();
  socket.on('error', () => {});
  socket.once('close', () => resolve(received()));
  socket.write(requestBytes(path, body, headers));
  if (reading) socket.on('data', (bytes) => parts.push(bytes));
  else socket.pause();
  return {
    socket,
    received,
    ended,
    until: (bytes) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (received().includes(bytes)) done();
          else if (socket.destroyed) fail(new Error(`closed before "${bytes}" came`));
        };
        socket.on('data', look);
        socket.once('close', look);
        look();
      }),
    leave: () => socket.destroy(),
  };
};
