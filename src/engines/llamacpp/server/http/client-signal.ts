import type { ServerResponse } from 'node:http';

/**
 * Aborted as soon as the client leaves before it has its whole answer. Fastify's `request.signal` follows the
 * request's body instead and fires as soon as that was read.
 */
export const clientSignal = (raw: ServerResponse): AbortSignal => {
  const left = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) left.abort();
  });
  return left.signal;
};
