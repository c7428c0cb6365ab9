import type { FastifyInstance } from 'fastify';
import type { ModelStatus } from '../../api/models.ts';
import { answerJson } from '../answers.ts';
import type { Served } from '../served-models.ts';
import { isAsleep } from '../upstream/failures.ts';

/** What `/ready` says of a model. Anything that is not ready and not broken is on its way or can be. */
const readiness = (status: ModelStatus | undefined): { status: string; reason?: string } => {
  if (status === undefined || status.state === 'ready') return { status: 'ready' };
  if (status.state === 'error') {
    return { status: 'error', reason: status.fault?.message ?? 'no reason is known' };
  }
  return { status: 'loading', reason: status.phase ?? status.state };
};

/** `/health`: we are alive. `/ready`: at least one model can answer. Both without a key. */
export const healthRoutes = (app: FastifyInstance, models: readonly Served[]): void => {
  app.get('/health', ({ exchange }) => answerJson(exchange, { status: 'healthy' }));
  app.get('/ready', ({ exchange }) => {
    const each = models.map((model) => [model.id, readiness(model.status())] as const);
    // One that was unloaded because nobody used it answers as soon as somebody does.
    const ready =
      each.some(([, { status }]) => status === 'ready') ||
      models.some((model) => model.turns !== undefined && isAsleep(model.status()));
    const body = { status: ready ? 'ready' : 'not ready', models: Object.fromEntries(each) };
    answerJson(exchange, body, ready ? 200 : 503);
  });
};
