import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { unreachable } from './answers.ts';

/** One request in the words of HTTP. */
export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON; text goes as it is. */
  readonly body?: unknown;
  /** Another key than the connection's; null: none. */
  readonly key?: string | null | undefined;
}

/** HTTP to a gateway, whatever it answers. */
export interface Connection {
  /** Without `/v1` at its end. */
  readonly url: string;
  /** Throws GATEWAY_UNREACHABLE, or the signal's reason. */
  send(sending: Sending, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** ms. */
const connectTimeout = 5000;

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/** This machine is never reached through a proxy. An answer may take long to begin: only the caller gives up. */
const dispatcherFor = (url: URL): Dispatcher => {
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectTimeout } };
  return isLoopback(url) ? new Agent({ ...options, allowH2: false }) : new EnvHttpProxyAgent(options);
};

const headersFor = (key: string | null | undefined, body: unknown): Record<string, string> => ({
  accept: 'application/json, text/event-stream',
  ...(typeof key === 'string' ? { authorization: `Bearer ${key}` } : {}),
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
});

/** `given`: the address, with or without `/v1` at its end. */
export const openConnection = (given: string, ownKey: string | undefined): Connection => {
  const url = given.replace(/\/+$/, '').replace(/\/v1$/, '');
  const base = new URL(url);
  const dispatcher = dispatcherFor(base);
  return {
    url,
    send: async ({ method, path, body, key = ownKey }, signal) => {
      signal.throwIfAborted();
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      try {
        return await dispatcher.request({
          ...{ origin: base.origin, path: `${base.pathname.replace(/\/$/, '')}${path}`, method, signal },
          headers: headersFor(key, body),
          ...(body === undefined ? {} : { body: text }),
        });
      } catch (caught) {
        throw unreachable(url, caught, signal);
      }
    },
    close: () => dispatcher.destroy(),
  };
};
