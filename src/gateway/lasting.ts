import type { Server } from 'node:http';
import { type Alarms, createAlarms } from './alarms/alarms.ts';
import type { EventHub } from './events/event-hub.ts';
import type { Exchange } from './exchange.ts';
import { type AddressTables, addressTables } from './limits/address-limits.ts';
import { type KeyLimits, keyLimits } from './limits/key-limits.ts';
import { type Observation, observe } from './observation.ts';
import { type GatewayOptions, timeoutsOf } from './options.ts';
import { eventHub } from './routes/events.ts';
import { openServedModels, type ServedModels } from './served-models.ts';

/** What lasts while gateway.yaml changes: what was counted, who waits, which connections there are. */
export interface Lasting {
  readonly alarms: Alarms;
  readonly models: ServedModels;
  readonly limits: KeyLimits;
  readonly addresses: AddressTables;
  readonly seen: Observation;
  readonly hub: EventHub;
  /** Those that are open now. */
  readonly exchanges: Set<Exchange>;
  /** Aborted when the gateway begins to close. */
  readonly closing: AbortController;
  /** ms since 1970, and of the monotonic clock. */
  readonly startedAt: number;
  readonly begunAt: number;
  /** The server that listens, once there is one. */
  server: Server | undefined;
}

export const openLasting = (options: GatewayOptions): Lasting => {
  const { config, control, system, upstreamKeys } = options;
  const closing = new AbortController();
  const timeouts = timeoutsOf(config, options.timeouts);
  const models = openServedModels({
    ...{ config, control, system, upstreamKeys, timeouts },
    closing: closing.signal,
  });
  const seen = observe(options, () => models.all);
  return {
    alarms: createAlarms(system.clock),
    models,
    limits: keyLimits(system.clock),
    addresses: addressTables(system.clock.monotonic),
    seen,
    hub: eventHub(options, seen),
    exchanges: new Set(),
    closing,
    startedAt: system.clock.now(),
    begunAt: system.clock.monotonic(),
    server: undefined,
  };
};
