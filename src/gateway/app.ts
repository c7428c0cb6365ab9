import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { danglingAliases } from '../api/dangling-aliases.ts';
import { defaultLimits, defaultRouting } from '../api/gateway-config.ts';
import { failure, type LocalaiError } from '../errors.ts';
import { acceptedKeys } from './access/accepted-keys.ts';
import { arrival } from './access/arrival.ts';
import { clientAddress } from './access/client-address.ts';
import { keyCheck } from './access/key-check.ts';
import { answerError, asFailure } from './answers.ts';
import { answerClientError } from './client-errors.ts';
import { type Lasting, openLasting } from './lasting.ts';
import { type GatewayOptions, streamSettings, timeoutsOf } from './options.ts';
import { errorEnvelope } from './protocols/openai.ts';
import { requestReader } from './request-body.ts';
import { eventsRoute } from './routes/events.ts';
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
import { lineSettings, type NextModels } from './served-models.ts';

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

/**
 * The app for one gateway.yaml and its `models`; all that it knows beside them is in `lasting`. It need not listen:
 * another's server may hand it its requests.
 */
export const gatewayApp = (
  options: GatewayOptions,
  lasting: Lasting,
  models: NextModels['all'],
): FastifyInstance => {
  const { config, keys, log, system, webUi } = options;
  const { clock } = system;
  const allowed = config.limits ?? defaultLimits;
  const bodyLimit = allowed.bodyMiB * mebibyte;
  const methods = new Map<string, string[]>();
  const known = new Set<string>();
  const canonical = canonicalPath(known);

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
    if (fault.kind === 'bug') log.error({ err: fault, id: exchange.id }, 'a fault of our own');
    answerError(exchange, fault);
  });
  app.setNotFoundHandler(({ exchange }) => {
    const allowed = methods.get(canonical(exchange.path))?.join(', ');
    if (allowed) answerError(exchange, failure('METHOD_NOT_ALLOWED', { allowed }), ['allow', allowed]);
    else answerError(exchange, failure('ROUTE_UNKNOWN', {}));
  });

  arrival(app, options, lasting);
  const check = keyCheck({
    keys,
    addressOf: clientAddress(config.trustedProxies ?? []),
    addresses: lasting.addresses({
      failedPerMinute: allowed.failedKeysPerMinute,
      keylessPerMinute: allowed.keylessPerMinute,
    }),
    accepted: config.trustedProxies?.length ? undefined : acceptedKeys(),
    clock,
  });
  const routing = config.routing ?? defaultRouting;
  const router = createRouter(models, routing);
  for (const alias of danglingAliases(models, routing.aliases)) {
    log.warn({ alias }, 'an alias stands for a model that is not served; it means nothing');
  }
  const { alarms, hub, limits, seen } = lasting;
  healthRoutes(app, models);
  statusRoute(app, options, lasting, check);
  eventsRoute(app, hub, check);
  metricsRoute(app, config.exposure, check, seen.expose);
  usageRoute(app, seen.usage, check, clock);
  logLevelRoute(app, log, check);
  modelRoutes(app, models, router, check, lasting.startedAt);
  const timeouts = timeoutsOf(config, options.timeouts);
  inference(app, {
    ...{ check, read: requestReader(allowed), limits, router, timeouts, clock, alarms },
    ...{ line: lineSettings(config), streams: streamSettings(config) },
  });
  if (webUi?.has('/index.html')) webUiRoutes(app, webUi);
  else startPageRoute(app, models);
  return app;
};

/** The gateway as a Fastify app: not listening yet, so that tests can drive it as they like. */
export const buildGateway = (
  options: GatewayOptions,
  lasting: Lasting = openLasting(options),
): FastifyInstance => {
  const app = gatewayApp(options, lasting, lasting.models.all);
  lasting.server = app.server;
  app.addHook('preClose', async () => {
    lasting.closing.abort();
    lasting.hub.close();
  });
  app.addHook('onClose', () => lasting.models.close());
  return app;
};
