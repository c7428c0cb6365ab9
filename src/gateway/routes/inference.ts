import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import { failure } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import { type KeyCheck, mayUse } from '../access/key-check.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Exchange } from '../exchange.ts';
import type { KeyLimits } from '../limits/key-limits.ts';
import type { StreamSettings, Timeouts } from '../options.ts';
import { awaitTurn } from '../queue/await-turn.ts';
import { bandOf } from '../queue/band-of.ts';
import { setDeadline } from '../queue/deadline.ts';
import { type BodyKind, clampedText, type ReadRequest, type requestReader } from '../request-body.ts';
import type { RequestKind, Router } from '../routing/router.ts';
import { unknownModel } from '../routing/unknown-model.ts';
import type { LineSettings, Served } from '../served-models.ts';
import { deliver } from '../upstream/delivery.ts';
import { isAsleep, notServing } from '../upstream/failures.ts';
import { upstreamHeaders } from '../upstream/headers.ts';
import { llamaServerChanges } from '../upstream/llama-server-words.ts';
import { withMembers } from '../upstream/member-patch.ts';
import { keepAlive } from '../upstream/pulse.ts';

interface InferenceRoute {
  /** What is wanted done. */
  readonly kind: RequestKind;
  /** Whose limits its body has. */
  readonly body: BodyKind;
}

/** The routes that an engine answers. */
const inferenceRoutes: Readonly<Record<string, InferenceRoute>> = {
  '/v1/chat/completions': { kind: 'chat', body: 'chat' },
  '/v1/completions': { kind: 'completion', body: 'completion' },
  '/v1/embeddings': { kind: 'embedding', body: 'other' },
  '/tokenize': { kind: 'chat', body: 'other' },
  '/detokenize': { kind: 'chat', body: 'other' },
};

export interface InferenceParts {
  readonly check: KeyCheck;
  readonly read: ReturnType<typeof requestReader>;
  readonly limits: KeyLimits;
  readonly router: Router<Served>;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** How long a request may wait for its turn, and for what. */
  readonly line: LineSettings;
  readonly streams: StreamSettings;
}

/** Which model serves and why, for the headers and the log. */
const nameModel = (exchange: Exchange, { id, headerName, facts }: Served, why: string): void => {
  exchange.model = id;
  exchange.route = why;
  exchange.facts = facts;
  exchange.headers.push('x-localai-model', headerName, 'x-localai-route', why);
};

/** After so many seconds a stream that waits for another model to make room says so, with its place and the time. */
const turnHeadAfter = 5;

/** Cost the engine next to nothing, and agents send them in bursts. */
const unqueued = new Set(['/tokenize', '/detokenize']);

/** The body as the engine is to have it: as it came, but for the model's name, what was lowered, and its own words. */
const bodyFor = (
  path: string,
  { id, upstreamModel, engine }: Served,
  { bytes, facts: { model, changes } }: ReadRequest,
): Buffer => {
  const name = upstreamModel ?? id;
  const words = engine.name === 'llama-server' ? llamaServerChanges(path, bytes) : undefined;
  const isAsItCame = model === name && changes === undefined && !(words && Object.keys(words).length > 0);
  return isAsItCame ? bytes : withMembers(bytes, { ...words, ...changes, model: name });
};

/** A request's way: read, limits, route, may the key use it, is it up, its time, its turn, on to the engine and back. */
const handler =
  (
    path: string,
    { kind, body: bodyKind }: InferenceRoute,
    { read, limits, router, timeouts, clock, alarms, line, streams }: InferenceParts,
  ): RouteHandlerMethod =>
  (request, reply) => {
    const { exchange } = request;
    exchange.arrived(path);
    const asked = read(request.body, bodyKind);
    const { bytes, facts } = asked;
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

    let status = model.status();
    if (isAsleep(status)) {
      model.wake();
      status = model.status();
    }
    const refusal = notServing(status);
    // One that takes turns with others is always waited for.
    const mayWait = line.whileLoading || model.turns !== undefined;
    const waits = mayWait && status?.state !== 'error' && !unqueued.has(path);
    if (refusal && !waits) throw refusal;
    setDeadline(exchange, request.headers, alarms, timeouts.total);
    if (facts.stream && bodyKind !== 'other') {
      const early = refusal && model.turns ? { headAfter: streams.headAfter ?? turnHeadAfter } : {};
      keepAlive(exchange, alarms, { ...streams, ...early });
    }

    const body = bodyFor(path, model, asked);
    if (facts.changes) exchange.headers.push('x-localai-clamped', clampedText(facts.changes));
    const headers = upstreamHeaders(request.headers, exchange.id, model.connections.authorization);
    const run = (onEnd: () => void): void =>
      deliver({
        exchange,
        upstream: model.connections,
        request: { path, body, headers },
        timeouts,
        clock,
        alarms,
        onEnd,
      });

    const owner = exchange.key?.id ?? 'anyone';
    const entrant = {
      band: bandOf(request.headers, kind, facts, exchange.key?.priority),
      owner,
      bytes: bytes.length,
    };
    if (unqueued.has(path)) run(() => {});
    else awaitTurn({ exchange, model, entrant, alarms, seconds: line.seconds, run });
    // Last, since what is thrown above is answered by Fastify's error handler.
    reply.hijack();
  };

/** What the engines answer. */
export const inference = (app: FastifyInstance, parts: InferenceParts): void => {
  const onRequest = parts.check('inference');
  for (const [path, route] of Object.entries(inferenceRoutes)) {
    app.post(path, { onRequest }, handler(path, route, parts));
  }
};
