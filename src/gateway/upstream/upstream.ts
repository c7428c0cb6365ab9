import { Pool } from 'undici';
import type { Endpoint } from '../../api/models.ts';
import type { Clock } from '../../system/clock.ts';
import type { Timeouts } from '../options.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { createRetries, type Retries } from './retries.ts';

/** An engine's HTTP server, with the connections to it. */
export interface Upstream {
  readonly pool: Pool;
  /** For a second try: connections that nobody has used, since all idle ones may be gone at once. */
  readonly fresh: Pool;
  /** What comes before our paths, for a server that keeps its API below one. */
  readonly prefix: string;
  readonly breaker: Breaker;
  readonly retries: Retries;
}

/** vLLM closes an idle connection after 5 s; ours must be the first to let go, or requests meet a closing socket. */
const keepAliveMs = 4000;

/** A base address is often given with `/v1`, which our paths already have. */
const prefixOf = (url: URL): string => url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');

export const openUpstream = (endpoint: Endpoint, timeouts: Timeouts, clock: Clock): Upstream => {
  const url = new URL('url' in endpoint ? endpoint.url : 'http://localhost');
  const socket = 'socket' in endpoint ? { socketPath: endpoint.socket } : {};
  const open = (keepAlive: number): Pool =>
    new Pool(url.origin, {
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAlive,
      keepAliveMaxTimeout: keepAlive,
      headersTimeout: timeouts.firstByte,
      bodyTimeout: timeouts.idle,
      connect: { timeout: timeouts.connect, ...socket },
    });
  const breaker = createBreaker(clock.monotonic);
  return {
    pool: open(keepAliveMs),
    fresh: open(1),
    prefix: prefixOf(url),
    breaker,
    retries: createRetries(),
  };
};
