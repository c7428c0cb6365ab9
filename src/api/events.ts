import type { ModelEvent } from './models.ts';
import type { Queues, Traffic } from './status.ts';

/** Queues and counters, when something changed, at most once a second. */
export interface SnapshotEvent {
  readonly type: 'snapshot';
  /** ms since 1970. */
  readonly at: number;
  readonly queues: Queues;
  readonly traffic: Traffic;
}

/**
 * `GET /api/events` of the gateway, as server-sent events: the event's name is `type`, its data all of it as JSON. It
 * begins with an event for each model and a snapshot, so that nothing else has to be asked; a reader that fell behind
 * gets the same again instead of what it missed. It ends when the gateway does.
 */
export type GatewayEvent = ModelEvent | SnapshotEvent;
