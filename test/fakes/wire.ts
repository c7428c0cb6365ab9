import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Call, Script } from './upstream.ts';

/** Bytes that go out as a write of their own, or a pause in ms. */
export type Piece = string | Uint8Array | number;

/** What becomes of the connection after the last piece: stays for the next request, ends, or is cut as by a crash. */
type After = 'kept' | 'closed' | 'reset' | 'open';

/** A tick after each write, so that two pieces are two reads at the other end, or nearly always. */
const send = ({ socket }: Call, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => socket.write(bytes, () => setImmediate(resolve)));

/** Writes these bytes to the socket as they are, whatever they mean. */
export const wire =
  (pieces: readonly Piece[], after: After = 'kept'): Script =>
  async (call) => {
    for (const piece of pieces) {
      if (call.socket.destroyed) return;
      if (typeof piece === 'number') await delay(piece);
      else await send(call, piece);
    }
    // Node's server goes on to the connection's next request once it takes the answer for sent.
    if (after === 'kept') call.response.emit('finish');
    if (after === 'closed') call.socket.end();
    if (after === 'reset') call.socket.resetAndDestroy();
  };

/** An answer's head as it goes over the wire. */
export const head = (status: string, headers: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
};

/** The head of an event stream, as uvicorn writes it. */
export const streamHead = head('200 OK', {
  'content-type': 'text/event-stream; charset=utf-8',
  'transfer-encoding': 'chunked',
});

/** One chunk of a chunked body. */
export const chunk = (bytes: string | Uint8Array): Buffer => {
  const data = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
};

/** The end of a chunked body. */
export const lastChunk = '0\r\n\r\n';

/** A stream of these events, a chunk each. */
export const stream = (events: readonly (string | Uint8Array)[]): readonly Piece[] => [
  streamHead,
  ...events.map(chunk),
  lastChunk,
];

/** Cuts bytes into two at each of these places. */
export const cutAt = (bytes: Uint8Array, ...places: readonly number[]): readonly Uint8Array[] =>
  [0, ...places].map((from, index) => bytes.subarray(from, places[index])).filter(({ length }) => length > 0);

/** Events, each compressed as a gzip member of its own, as a server does that flushes after every event. */
export const gzipped = (events: readonly string[]): readonly Uint8Array[] =>
  events.map((event) => gzipSync(event));
