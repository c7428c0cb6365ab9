import { Client } from 'undici';

/** Where an HTTP server of this machine listens. */
export type LocalAddress = { readonly url: string } | { readonly socket: string };

export interface LocalAnswer {
  readonly status: number;
  readonly text: string;
}

export interface LocalOptions {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: object;
}

/**
 * One short request, a GET unless told otherwise, to a server of our own, over TCP or a Unix socket. Never through a proxy, and on a connection of its
 * own, so that a probe says something about the server and not about a kept-alive socket. Undefined when there is
 * no answer within `timeoutMs`.
 */
export const askLocal = async (
  address: LocalAddress,
  path: string,
  timeoutMs: number,
  { method = 'GET', body }: LocalOptions = {},
): Promise<LocalAnswer | undefined> => {
  const socket = 'socket' in address ? { socketPath: address.socket } : {};
  const origin = 'url' in address ? new URL(address.url).origin : 'http://localhost';
  const client = new Client(origin, { connect: { timeout: timeoutMs, ...socket }, allowH2: false });
  try {
    const answer = await client.request({
      ...{ method, path, signal: AbortSignal.timeout(timeoutMs), headersTimeout: timeoutMs },
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch {
    return undefined;
  } finally {
    await client.destroy();
  }
};
