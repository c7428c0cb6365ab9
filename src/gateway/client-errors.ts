import type { Socket } from 'node:net';
import { failure, type LocalaiError } from '../errors.ts';
import { errorEnvelope } from './protocols/openai.ts';

/** What Node's HTTP server takes, KiB. */
const headerLimit = 16;

const failureOf = (error: Error & { code?: string }): LocalaiError => {
  if (error.code === 'HPE_HEADER_OVERFLOW') return failure('HEADERS_TOO_LARGE', { limit: headerLimit });
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return failure('REQUEST_TOO_SLOW', {});
  return failure('REQUEST_INVALID', { problem: 'it is not valid HTTP' });
};

const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what never became a request, in JSON too, and closes the connection. */
export const answerClientError = (error: Error & { code?: string }, socket: Socket): void => {
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
