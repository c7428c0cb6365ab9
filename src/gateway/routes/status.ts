import type { FastifyInstance } from 'fastify';
import type { GatewayStatus } from '../../api/status.ts';
import type { KeyCheck } from '../access/key-check.ts';
import { answerJson } from '../answers.ts';
import type { Lasting } from '../lasting.ts';
import type { GatewayOptions } from '../options.ts';

/** `GET /api/status`: what is served now. For any key. */
export const statusRoute = (
  app: FastifyInstance,
  { config, configState, control, system: { clock }, version }: GatewayOptions,
  lasting: Lasting,
  check: KeyCheck,
): void => {
  const { startedAt, begunAt } = lasting;
  const { queues, traffic } = lasting.seen;
  app.get('/api/status', { onRequest: check() }, ({ exchange }) => {
    const address = lasting.server?.address();
    const status: GatewayStatus = {
      schemaVersion: 1,
      version,
      pid: process.pid,
      startedAt,
      uptime: Math.round((clock.monotonic() - begunAt) / 1000),
      listen: {
        host: config.listen.host,
        port: typeof address === 'object' && address ? address.port : config.listen.port,
      },
      exposure: config.exposure,
      config: configState?.() ?? { hash: null, loadedAt: startedAt, problem: null, needsRestart: [] },
      models: control.list(),
      queues: queues(),
      traffic: traffic(),
    };
    answerJson(exchange, status);
  });
};
