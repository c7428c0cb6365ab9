import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { failure, type LocalaiError } from '../../errors.ts';
import { answerError } from '../answers.ts';
import { Exchange } from '../exchange.ts';
import type { Lasting } from '../lasting.ts';
import { longestUrl } from '../limits/longest-url.ts';
import { boundUnread } from '../limits/unread-body.ts';
import type { GatewayOptions } from '../options.ts';
import { harmlessHost, hostCheck } from './hosts.ts';
import { corsHeaders, harmlessOrigin, originCheck, preflightHeaders } from './origins.ts';

/** A client's own id is taken over when it is harmless in a header and in a log. */
const harmlessId = /^[\w.:/+=@-]{1,128}$/;

/** Before anything else: the exchange begins, and what comes from a web page that we don't know ends here. */
export const arrival = (app: FastifyInstance, options: GatewayOptions, lasting: Lasting): void => {
  const { config, keys, system } = options;
  const { open, ended } = lasting.seen.watch;
  const isClosing = (): boolean => lasting.closing.signal.aborted;
  const { clock } = system;
  const isOurHost = hostCheck(config.listen.host, config.allowedHosts);
  const isAllowedOrigin = originCheck(config.allowedOrigins ?? []);

  const begin = (raw: ServerResponse): Exchange => {
    const { method = '', url = '', headers } = raw.req;
    const given = headers['x-request-id'];
    const id = typeof given === 'string' && harmlessId.test(given) ? given : randomUUID();
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const exchange = new Exchange(id, raw, method, path, clock, open);
    lasting.exchanges.add(exchange);
    raw.once('close', () => {
      lasting.exchanges.delete(exchange);
      if (!raw.writableFinished) exchange.stop?.();
      if (!raw.req.complete) void boundUnread(raw.req, clock);
      exchange.end();
      ended(exchange, clock.monotonic());
      // What was busy when closing began would else stay open, idle, until its client lets go.
      if (isClosing()) setImmediate(() => lasting.server?.closeIdleConnections());
    });
    return exchange;
  };

  app.decorateRequest('exchange');
  app.addHook('onRequest', (request, reply, done) => {
    const { headers } = request;
    const exchange = begin(reply.raw);
    request.exchange = exchange;
    const refuse = (fault: LocalaiError): void => answerError(exchange, fault);
    const { origin } = headers;
    if (isClosing()) exchange.headers.push('connection', 'close');
    if (!isOurHost(headers.host))
      return refuse(failure('HOST_NOT_ALLOWED', { host: harmlessHost(headers.host) }));
    const mayRead = origin !== undefined && isAllowedOrigin(origin, headers.host);
    if (mayRead) exchange.headers.push(...corsHeaders(origin));
    // Without a key nothing but the browser's own rule would keep a foreign page from spending our time.
    else if (origin !== undefined && !keys.required)
      return refuse(failure('ORIGIN_NOT_ALLOWED', { origin: harmlessOrigin(origin) }));
    if ((request.raw.url?.length ?? 0) > longestUrl)
      return refuse(failure('URL_TOO_LONG', { limit: longestUrl }));
    if (isClosing()) return refuse(failure('SHUTTING_DOWN', { retryAfter: 2 }));
    if (request.method === 'OPTIONS') {
      reply.raw.writeHead(204, [...exchange.headers, ...(mayRead ? preflightHeaders(headers) : [])]).end();
      return;
    }
    done();
  });
};
