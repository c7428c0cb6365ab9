import type { FastifyInstance } from 'fastify';
import type { GatewayStatus } from '../../api/status.ts';
import type { KeyCheck } from '../access/key-check.ts';
import { answerJson } from '../answers.ts';
import type { GatewayOptions } from '../options.ts';
import type { Served } from '../served-models.ts';

/** `GET /api/status`: what is served now. For any key. */
export const statusRoute = (
  app: FastifyInstance,
  { config, control, version }: GatewayOptions,
  models: readonly Served[],
  check: KeyCheck,
  startedAt: number,
): void => {
  app.get('/api/status', { onRequest: check() }, ({ exchange }) => {
    const address = app.server.address();
    const status: GatewayStatus = {
      schemaVersion: 1,
      version,
      pid: process.pid,
      startedAt,
      listen: {
        host: config.listen.host,
        port: typeof address === 'object' && address ? address.port : config.listen.port,
      },
      exposure: config.exposure,
      models: control.list(),
      queues: Object.fromEntries(
        models.map(({ id, queue: { running, waiting } }) => [id, { running, waiting }]),
      ),
    };
    answerJson(exchange, status);
  });
};
