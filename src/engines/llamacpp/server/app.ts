import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { isFailure } from '../../../errors.ts';
import { errorAnswer, RequestError } from './request/request-error.ts';
import { chatRoute } from './routes/chat-route.ts';
import { completionRoute } from './routes/completion-route.ts';
import { embeddingRoute } from './routes/embedding-route.ts';
import { sleepRoutes } from './routes/sleep-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { tokenRoutes } from './routes/token-routes.ts';
import type { ServerOptions } from './server-options.ts';

/** Bytes; a conversation with long files in it, not more. */
const bodyLimit = 64 * 1024 * 1024;

const sendError = (reply: FastifyReply, caught: unknown, log: (line: string) => void): FastifyReply => {
  const { status, body } = errorAnswer(caught);
  if (isFailure(caught, 'MODEL_LOADING')) reply.header('retry-after', String(caught.params['retryAfter']));
  else if (status >= 500 && !reply.raw.destroyed) log(`answered ${status}: ${body.error.message}`);
  return reply.code(status).send(body);
};

/** The engine's HTTP face: vLLM's routes, bodies and errors. Not listening yet. */
export const buildApp = (options: ServerOptions): FastifyInstance => {
  const app = fastify({
    logger: false,
    bodyLimit,
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'ignore',
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((caught, _http, reply) => sendError(reply, caught, options.log));
  app.setNotFoundHandler((_http, reply) => sendError(reply, new RequestError(404, 'Not Found'), options.log));
  statusRoutes(app, options);
  sleepRoutes(app, options);
  tokenRoutes(app, options);
  chatRoute(app, options);
  completionRoute(app, options);
  embeddingRoute(app, options);
  return app;
};
