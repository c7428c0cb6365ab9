import type { FastifyInstance } from 'fastify';
import type { KeyCheck } from '../access/key-check.ts';
import { createEventHub, type EventHub } from '../events/event-hub.ts';
import type { Observation } from '../observation.ts';
import type { GatewayOptions } from '../options.ts';

/** Keeps proxies in between from holding events back. */
const headers = [
  ...['content-type', 'text/event-stream; charset=utf-8'],
  ...['cache-control', 'no-cache', 'x-accel-buffering', 'no'],
];

/** The hub that tells how models and counters change. */
export const eventHub = (
  { control, system: { clock } }: GatewayOptions,
  { queues, traffic }: Observation,
): EventHub =>
  createEventHub({
    control,
    clock,
    snapshot: () => ({ type: 'snapshot', at: clock.now(), queues: queues(), traffic: traffic() }),
  });

/** `GET /api/events`: what happens, as it happens. For any key, as `/api/status`. */
export const eventsRoute = (app: FastifyInstance, hub: EventHub, check: KeyCheck): void => {
  app.get('/api/events', { onRequest: check() }, ({ exchange }, reply) => {
    reply.hijack();
    exchange.endless = true;
    exchange.response.writeHead(200, [...exchange.headers, ...headers]);
    hub.add(exchange.response);
  });
};
