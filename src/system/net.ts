import { createServer, connect as openSocket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { type ListenTcp, listenTcp } from './listener.ts';
import { askLocal, type LocalAddress, type LocalAnswer, type LocalOptions } from './local-http.ts';
import { type ListenUnix, listenUnix } from './unix-listener.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Must be read to its end or destroyed by the caller. */
  readonly body: Dispatcher.ResponseData['body'];
}

interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** How long a connection may take, ms. Short: a black-holing firewall must not look like a hang. */
  readonly connectTimeoutMs?: number;
  /** How long the first byte of the answer may take, ms. */
  readonly headersTimeoutMs?: number;
  /** How long the answer may pause, ms. */
  readonly bodyTimeoutMs?: number;
}

export interface Net {
  /** One HTTP request to the outside, through the proxy that the environment names; redirects are not followed. */
  http(url: string, options?: HttpRequest): Promise<HttpAnswer>;
  /** One request to a server of this machine, past every proxy; undefined when it does not answer in time. */
  local(
    address: LocalAddress,
    path: string,
    timeoutMs: number,
    options?: LocalOptions,
  ): Promise<LocalAnswer | undefined>;
  /**
   * Opens a connection and closes it again: `open`, or why not (`ECONNREFUSED`, …; `ETIMEDOUT` where nothing came
   * within `timeoutMs`).
   */
  reach(host: string, port: number, timeoutMs: number): Promise<string>;
  /** This machine's own addresses on networks that others are on, too; no loopback. */
  addresses(): readonly string[];
  readonly listenTcp: ListenTcp;
  readonly listenUnix: ListenUnix;
  /** Whether we could listen there now. */
  isFree(host: string, port: number): Promise<boolean>;
  /** The first free port at or after `from`. */
  nextFree(host: string, from: number): Promise<number>;
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });

const reach = (host: string, port: number, timeoutMs: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = openSocket({ host, port, timeout: timeoutMs });
    const end = (outcome: string): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => end('open'));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (fault: NodeJS.ErrnoException) => end(fault.code ?? fault.message));
  });

const addresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);

export const realNet = (env: Readonly<Record<string, string | undefined>>): Net => {
  const agents = new Map<number, Dispatcher>();
  const agentFor = (connectTimeoutMs: number): Dispatcher => {
    const known = agents.get(connectTimeoutMs);
    if (known) return known;
    const proxy = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name.toUpperCase()];
    const made = new EnvHttpProxyAgent({
      httpProxy: proxy('http_proxy') ?? '',
      httpsProxy: proxy('https_proxy') ?? proxy('http_proxy') ?? '',
      noProxy: proxy('no_proxy') ?? '',
      connect: { timeout: connectTimeoutMs },
    });
    agents.set(connectTimeoutMs, made);
    return made;
  };
  return {
    http: async (url, options = {}) => {
      const answer = await request(url, {
        method: options.method ?? 'GET',
        dispatcher: agentFor(options.connectTimeoutMs ?? 5000),
        headersTimeout: options.headersTimeoutMs ?? 30_000,
        bodyTimeout: options.bodyTimeoutMs ?? 60_000,
        ...(options.headers ? { headers: { ...options.headers } } : {}),
        ...(options.body === undefined ? {} : { body: options.body }),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    local: askLocal,
    listenTcp,
    listenUnix,
    reach,
    addresses,
    isFree,
    nextFree: async (host, from) => {
      for (let port = from; port < 65_536; port++) if (await isFree(host, port)) return port;
      return 0;
    },
  };
};
