import { Pool } from 'undici';
import type { Endpoint } from '../../api/models.ts';
import type { Clock } from '../../system/clock.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { createRetries, type Retries } from './retries.ts';

/** An engine's HTTP server, with the connections to it. */
export interface Upstream {
  readonly pool: Pool;
  /** For a second try: connections that nobody has used, since all idle ones may be gone at once. */
  readonly fresh: Pool;
  /** What comes before our paths, for a server that keeps its API below one. */
  readonly prefix: string;
  /** For its Authorization header; undefined where it asks for none. */
  readonly authorization: string | undefined;
  readonly breaker: Breaker;
  readonly retries: Retries;
}

export interface UpstreamOptions {
  readonly endpoint: Endpoint;
  /** The plain API key that it asks for. */
  readonly key: string | undefined;
  /** How long a connection may take, ms. */
  readonly connectMs: number;
  readonly clock: Clock;
}

/** vLLM closes an idle connection after 5 s; ours must be the first to let go, or requests meet a closing socket. */
const keepAliveMs = 4000;

/** A base address is often given with `/v1`, which our paths already have. */
const prefixOf = (url: URL): string => url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');

export const openUpstream = ({ endpoint, key, connectMs, clock }: UpstreamOptions): Upstream => {
  const url = new URL('url' in endpoint ? endpoint.url : 'http://localhost');
  const socket = 'socket' in endpoint ? { socketPath: endpoint.socket } : {};
  const open = (keepAlive: number): Pool =>
    new Pool(url.origin, {
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAlive,
      keepAliveMaxTimeout: keepAlive,
      connect: { timeout: connectMs, ...socket },
    });
  return {
    pool: open(keepAliveMs),
    fresh: open(1),
    prefix: prefixOf(url),
    authorization: key === undefined ? undefined : `Bearer ${key}`,
    breaker: createBreaker(clock.monotonic),
    retries: createRetries(),
  };
};
