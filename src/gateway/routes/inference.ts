import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { failure } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import { type KeyCheck, mayUse } from '../access/key-check.ts';
import type { Exchange } from '../exchange.ts';
import type { KeyLimits } from '../limits/key-limits.ts';
import type { Timeouts } from '../options.ts';
import { awaitTurn } from '../queue/await-turn.ts';
import { bandOf } from '../queue/band-of.ts';
import { readRequest } from '../request-body.ts';
import type { RequestKind, Router } from '../routing/router.ts';
import { unknownModel } from '../routing/unknown-model.ts';
import type { Served } from '../served-models.ts';
import { deliver } from '../upstream/delivery.ts';
import { notServing } from '../upstream/failures.ts';
import { upstreamHeaders } from '../upstream/headers.ts';
import { withModel } from '../upstream/model-patch.ts';

/** The routes that an engine answers, and what each wants done. */
const inferenceRoutes: Readonly<Record<string, RequestKind>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
  '/v1/embeddings': 'embedding',
  '/tokenize': 'chat',
  '/detokenize': 'chat',
};

export interface InferenceParts {
  readonly check: KeyCheck;
  readonly limits: KeyLimits;
  readonly router: Router<Served>;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly bodyLimit: number;
  /** How long a request may wait for its turn, s. */
  readonly queueSeconds: number;
}

/** Which model serves and why, for the headers and the log. */
const nameModel = (exchange: Exchange, { id, headerName }: Served, why: string): void => {
  exchange.model = id;
  exchange.route = why;
  exchange.headers.push('x-localai-model', headerName, 'x-localai-route', why);
};

/** Cost the engine next to nothing, and agents send them in bursts. */
const unqueued = new Set(['/tokenize', '/detokenize']);

/** A request's way: read, limits, route, may the key use it, is it up, wait for a turn, on to the engine and back. */
const handler =
  (
    path: string,
    kind: RequestKind,
    { limits, router, timeouts, clock, queueSeconds }: InferenceParts,
  ): RouteHandlerMethod =>
  (request, reply) => {
    const { exchange } = request;
    exchange.arrived(path);
    const { bytes, facts } = readRequest(request.body);
    exchange.bytesIn = bytes.length;
    exchange.requested = facts.model;
    exchange.streams = facts.stream;

    limits(exchange);
    const route = router.route(facts.model, kind);
    if (!route) throw unknownModel(facts.model, router, exchange.key);
    const { model, why } = route;
    nameModel(exchange, model, why);
    if (!mayUse(exchange.key, model)) {
      throw failure('KEY_MODEL', { name: exchange.key?.name ?? '', model: model.id });
    }

    const status = model.status();
    if (status?.state === 'sleeping' || status?.state === 'stopped') model.wake();
    const refusal = notServing(status);
    if (refusal) throw refusal;

    const name = model.upstreamModel ?? model.id;
    const body = facts.model === name ? bytes : withModel(bytes, name);
    const headers = upstreamHeaders(request.headers, exchange.id);
    const run = (onEnd: () => void): void =>
      deliver({
        exchange,
        upstream: model.connections,
        request: { path, body, headers },
        timeouts,
        clock,
        onEnd,
      });

    const owner = exchange.key?.id ?? 'anyone';
    const entrant = { band: bandOf(request.headers, kind, facts), owner, bytes: bytes.length };
    if (unqueued.has(path)) run(() => {});
    else awaitTurn({ exchange, model, entrant, clock, seconds: queueSeconds, run });
    // Last, since what is thrown above is answered by Fastify's error handler.
    reply.hijack();
  };

/** What the engines answer. */
export const inference = (app: FastifyInstance, parts: InferenceParts): void => {
  const { bodyLimit, check } = parts;
  const onRequest = check('inference');
  for (const [path, kind] of Object.entries(inferenceRoutes)) {
    app.post(path, { bodyLimit, onRequest }, handler(path, kind, parts));
  }
};
