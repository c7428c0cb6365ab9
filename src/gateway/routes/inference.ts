import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { Clock } from '../../system/clock.ts';
import type { KeyCheck } from '../access/key-check.ts';
import type { Exchange } from '../exchange.ts';
import type { Timeouts } from '../options.ts';
import { readRequest } from '../request-body.ts';
import type { RequestKind, Router } from '../routing/router.ts';
import type { Served } from '../served-models.ts';
import { notServing } from '../upstream/failures.ts';
import { upstreamHeaders } from '../upstream/headers.ts';
import { withModel } from '../upstream/model-patch.ts';
import { Relay } from '../upstream/relay.ts';

/** The routes that an engine answers, and what each wants done. */
export const inferenceRoutes: Readonly<Record<string, RequestKind>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
  '/v1/embeddings': 'embedding',
  '/tokenize': 'chat',
  '/detokenize': 'chat',
};

export interface InferenceParts {
  readonly check: KeyCheck;
  readonly router: Router<Served>;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly bodyLimit: number;
}

/** Which model serves and why, for the headers and the log. */
const nameModel = (exchange: Exchange, { id, headerName }: Served, why: string): void => {
  exchange.model = id;
  exchange.route = why;
  exchange.headers.push('x-localai-model', headerName, 'x-localai-route', why);
};

/** A request's way: read, route, is the model up, on to the engine and back. */
const handler =
  (path: string, kind: RequestKind, { router, timeouts, clock }: InferenceParts): RouteHandlerMethod =>
  (request, reply) => {
    const { exchange } = request;
    const { bytes, facts } = readRequest(request.body);
    exchange.bytesIn = bytes.length;

    const { model, why } = router.route(facts.model, kind);
    nameModel(exchange, model, why);

    const refusal = notServing(model.status());
    if (refusal) throw refusal;

    reply.hijack();
    const name = model.upstreamModel ?? model.id;
    new Relay({
      exchange,
      upstream: model.connections,
      request: {
        path,
        body: facts.model === name ? bytes : withModel(bytes, name),
        headers: upstreamHeaders(request.headers, exchange.id),
      },
      timeouts,
      clock,
      onEnd: () => {},
    }).start();
  };

/** What the engines answer. */
export const inference = (app: FastifyInstance, parts: InferenceParts): void => {
  const { bodyLimit, check } = parts;
  const onRequest = check('inference');
  for (const [path, kind] of Object.entries(inferenceRoutes)) {
    app.post(path, { bodyLimit, onRequest }, handler(path, kind, parts));
  }
};
