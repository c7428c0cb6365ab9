import type { FastifyInstance } from 'fastify';
import { metricsText } from '../metrics.ts';
import type { ServerOptions } from '../server-options.ts';

/** How the engine is, what it serves, and its figures. */
export const statusRoutes = (app: FastifyInstance, { engine, version }: ServerOptions): void => {
  app.get('/health', async (_http, reply) => {
    const { health } = engine;
    return reply.code(health.status === 'ready' ? 200 : 503).send(health);
  });
  app.get('/version', async () => ({ version }));
  app.get('/metrics', async (_http, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metricsText(engine)),
  );
  app.get('/v1/models', async () => {
    const { id, created, runtime } = engine.model;
    const { contextTokens } = runtime.facts;
    const model = { id, object: 'model', created, owned_by: 'localai', root: id, parent: null };
    return { object: 'list', data: [{ ...model, max_model_len: contextTokens }] };
  });
};
