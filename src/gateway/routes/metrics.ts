import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../../api/gateway-config.ts';
import { type KeyCheck, onlyForwarded } from '../access/key-check.ts';
import { answer, answerError, asFailure } from '../answers.ts';
import type { Exposition } from '../metrics/exposition.ts';

/**
 * `GET /metrics` for Prometheus: without a key where only this machine can ask, and not through a proxy, which may ask
 * for anybody; else for keys with that scope.
 */
export const metricsRoute = (
  app: FastifyInstance,
  exposure: GatewayConfig['exposure'],
  check: KeyCheck,
  expose: () => Promise<Exposition>,
): void => {
  const needsKey = check('metrics');
  const onRequest = exposure === 'loopback' ? onlyForwarded(needsKey) : needsKey;
  app.get('/metrics', { onRequest }, ({ exchange }, reply) => {
    reply.hijack();
    expose().then(
      ({ type, text }) => answer(exchange, 200, type, text),
      (caught: unknown) => answerError(exchange, asFailure(caught)),
    );
  });
};
