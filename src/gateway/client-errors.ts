import type { Socket } from 'node:net';
import { failure, type LocalaiError } from '../errors.ts';
import { longestUrl } from './limits/longest-url.ts';
import { errorEnvelope } from './protocols/openai.ts';

/** What Node's HTTP server takes, KiB. */
const headerLimit = 16;

type ClientError = Error & { readonly code?: string; readonly rawPacket?: unknown };

/** Whether it was the address that overflowed, as far as the bytes that came last can tell. */
const isAddress = (packet: unknown): boolean => {
  if (!Buffer.isBuffer(packet) || !/^[A-Z]+ /.test(packet.toString('latin1', 0, 16))) return false;
  const end = packet.indexOf('\n');
  return (end === -1 ? packet.length : end) > longestUrl;
};

const failureOf = ({ code, rawPacket }: ClientError): LocalaiError => {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return isAddress(rawPacket)
      ? failure('URL_TOO_LONG', { limit: longestUrl })
      : failure('HEADERS_TOO_LARGE', { limit: headerLimit });
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return failure('REQUEST_TOO_SLOW', {});
  return failure('REQUEST_INVALID', { problem: 'it is not valid HTTP' });
};

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
};

/** Answers what never became a request, in JSON too, and closes the connection. */
export const answerClientError = (error: ClientError, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const fault = failureOf(error);
  const body = errorEnvelope(fault);
  const head = [
    `HTTP/1.1 ${fault.httpStatus} ${names[fault.httpStatus]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
