import type { IncomingHttpHeaders } from 'node:http';

/**
 * What goes along to the engine. A list of what may pass, not of what may not: keys, cookies and the like of a client
 * are none of the engine's business.
 */
const passed = ['accept', 'traceparent', 'tracestate', 'x-session-id'] as const;

/** The request's headers for the engine, names and values alternating. `authorization`: our own, when it asks for one. */
export const upstreamHeaders = (
  headers: IncomingHttpHeaders,
  requestId: string,
  authorization?: string,
): string[] => {
  const result = [
    'content-type',
    'application/json',
    // Compression would hold back events and leave stale lengths.
    'accept-encoding',
    'identity',
    'x-request-id',
    requestId,
  ];
  if (authorization !== undefined) result.push('authorization', authorization);
  for (const name of passed) {
    const value = headers[name];
    if (typeof value === 'string') result.push(name, value);
  }
  return result;
};

/** Belong to one connection (RFC 9110 7.6.1), or are ours to say. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'server',
  'date',
  'x-request-id',
  // Of another localai that serves as an engine.
  'x-localai-model',
  'x-localai-route',
  'x-localai-overhead-ms',
  'x-localai-queue-ms',
  'x-localai-queue-position',
  'x-localai-queue-eta',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
]);

/** Headers that a Connection header names; none in nearly every answer. */
const namedBy = (connection: string | string[] | undefined): readonly string[] | undefined =>
  typeof connection !== 'string' || connection === 'keep-alive' || connection === 'close'
    ? undefined
    : connection.toLowerCase().split(/\s*,\s*/);

type Received = Readonly<Record<string, string | string[] | undefined>>;

/** Adds the engine's headers to `into`, without those of its connection. */
export const addAnswerHeaders = (into: string[], headers: Received): void => {
  const named = namedBy(headers['connection']);
  for (const name in headers) {
    if (dropped.has(name) || named?.includes(name)) continue;
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'string') into.push(name, value);
    else for (const one of value) into.push(name, one);
  }
};
