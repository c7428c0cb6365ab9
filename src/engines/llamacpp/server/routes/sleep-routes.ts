import type { FastifyInstance } from 'fastify';
import { failure } from '../../../../errors.ts';
import type { ServerOptions } from '../server-options.ts';

/**
 * vLLM's routes of its development mode: unload and load again. There is one level: nothing is kept, since the file is
 * in the system's memory anyhow. Requests that run are given up, as vLLM does.
 */
export const sleepRoutes = (app: FastifyInstance, { engine, load }: ServerOptions): void => {
  /** One after the other. */
  let changing: Promise<void> = Promise.resolve();
  const then = (change: () => Promise<void>): Promise<void> => {
    const done = changing.then(change);
    changing = done.catch(() => {});
    return done;
  };

  app.post('/sleep', async (_http, reply) => {
    await then(async () => {
      if (engine.isSleeping) return;
      const { runtime } = engine.model;
      engine.sleeping();
      await runtime.close();
    });
    return reply.send();
  });

  app.post('/wake_up', async (_http, reply) => {
    await then(async () => {
      if (engine.isSleeping) await load();
    });
    const { fault } = engine.health;
    if (fault) throw failure('ENGINE_LOAD', { model: engine.modelId, problem: fault.message });
    return reply.send();
  });

  app.get('/is_sleeping', async () => ({ is_sleeping: engine.isSleeping }));
};
