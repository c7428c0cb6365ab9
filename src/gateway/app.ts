import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { defaultLimits, defaultRouting } from '../api/gateway-config.ts';
import { failure, type LocalaiError } from '../errors.ts';
import { arrival } from './access/arrival.ts';
import { clientAddress } from './access/client-address.ts';
import { keyCheck } from './access/key-check.ts';
import { answerError, asFailure } from './answers.ts';
import { answerClientError } from './client-errors.ts';
import { createAddressLimits } from './limits/address-limits.ts';
import { keyLimits } from './limits/key-limits.ts';
import { observe } from './observation.ts';
import { defaultTimeouts, type GatewayOptions } from './options.ts';
import { errorEnvelope } from './protocols/openai.ts';
import { requestReader } from './request-body.ts';
import { eventHub, eventsRoute } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { inference } from './routes/inference.ts';
import { logLevelRoute } from './routes/log-level.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { startPageRoute } from './routes/start-page.ts';
import { statusRoute } from './routes/status.ts';
import { usageRoute } from './routes/usage.ts';
import { webUiRoutes } from './routes/web-ui.ts';
import { canonicalPath } from './routing/canonical-path.ts';
import { createRouter } from './routing/router.ts';
import { openServed, queueSettings } from './served-models.ts';

/** Time for a client to send its whole request, ms: a long prompt over a slow line, but not for ever. */
const requestTimeout = 300_000;

const mebibyte = 1024 * 1024;

/** Clients close idle connections themselves after a minute or so; ours stays a little longer. */
const keepAliveTimeout = 72_000;

/** A fault that Fastify found, as an error of the registry. */
const ofFramework = (caught: unknown, bodyLimit: number): LocalaiError => {
  const { code, statusCode } = caught as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return failure('REQUEST_TOO_LARGE', { limit: Math.floor(bodyLimit / 1024 / 1024) });
  }
  if (code?.startsWith('FST_ERR_CTP') || statusCode === 400) {
    return failure('REQUEST_INVALID', { problem: 'its body did not arrive whole' }, caught);
  }
  return asFailure(caught);
};

/** The gateway as a Fastify app: not listening yet, so that tests can drive it as they like. */
export const buildGateway = (options: GatewayOptions): FastifyInstance => {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const allowed = options.config.limits ?? defaultLimits;
  const bodyLimit = allowed.bodyMiB * mebibyte;
  const { clock } = options.system;
  const startedAt = clock.now();
  const methods = new Map<string, string[]>();
  const known = new Set<string>();
  const canonical = canonicalPath(known);
  const closing = new AbortController();
  const models = openServed(options, timeouts, closing.signal);

  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout,
    keepAliveTimeout,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: { requireHostHeader: false },
    rewriteUrl: ({ url = '/' }) => canonical(url),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, { raw }) => {
      const fault = failure('REQUEST_INVALID', { problem: 'its address cannot be read' }, error);
      raw.writeHead(400, { 'content-type': 'application/json' }).end(errorEnvelope(fault));
    },
  });
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // One that is too large is refused before its client begins to send it.
    if (!(Number(request.headers['content-length']) > bodyLimit)) response.writeContinue();
    app.server.emit('request', request, response);
  });
  app.addHook('onRoute', ({ url, method }) => {
    known.add(url);
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  app.removeAllContentTypeParsers();
  // Bodies pass through as they are, whatever they are called.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((caught, { exchange, headers }) => {
    const fault = ofFramework(caught, bodyLimit);
    // Its client waits for a word before it sends the body; what comes next would be taken for that.
    const isUnsent = fault.code === 'REQUEST_TOO_LARGE' && headers.expect !== undefined;
    if (isUnsent) exchange.headers.push('connection', 'close');
    if (fault.kind === 'bug') options.log.error({ err: fault, id: exchange.id }, 'a fault of our own');
    answerError(exchange, fault);
  });
  app.setNotFoundHandler(({ exchange }) => {
    const allowed = methods.get(canonical(exchange.path))?.join(', ');
    if (allowed) answerError(exchange, failure('METHOD_NOT_ALLOWED', { allowed }), ['allow', allowed]);
    else answerError(exchange, failure('ROUTE_UNKNOWN', {}));
  });

  const seen = observe(options, models);
  arrival(app, options, seen.watch, () => closing.signal.aborted);
  const check = keyCheck({
    keys: options.keys,
    addressOf: clientAddress(options.config.trustedProxies ?? []),
    addresses: createAddressLimits({
      failedPerMinute: allowed.failedKeysPerMinute,
      keylessPerMinute: allowed.keylessPerMinute,
      now: clock.monotonic,
    }),
    clock,
  });
  const router = createRouter(models, options.config.routing ?? defaultRouting);
  for (const alias of router.dangling) {
    options.log.warn({ alias }, 'an alias stands for a model that is not served; it means nothing');
  }
  healthRoutes(app, models);
  statusRoute(app, options, seen, check, startedAt);
  const hub = eventHub(options, seen);
  eventsRoute(app, hub, check);
  metricsRoute(app, options.config.exposure, check, seen.expose);
  usageRoute(app, seen.usage, check, clock);
  logLevelRoute(app, options.log, check);
  modelRoutes(app, models, router, check, startedAt);
  const queueSeconds = queueSettings(options.config).seconds;
  const limits = keyLimits(clock);
  const read = requestReader(allowed);
  inference(app, { check, read, limits, router, timeouts, clock, queueSeconds });
  if (options.webUi?.has('/index.html')) webUiRoutes(app, options.webUi);
  else startPageRoute(app, models);

  app.addHook('preClose', async () => {
    closing.abort();
    hub.close();
  });
  app.addHook('onClose', async () => {
    const pools = models.flatMap(({ connections: { pool, fresh } }) => [pool, fresh]);
    await Promise.all(pools.map((pool) => pool.destroy()));
  });
  return app;
};
