import type { ServerResponse } from 'node:http';
import type { GatewayEvent, SnapshotEvent } from '../../api/events.ts';
import type { ModelControl } from '../../api/models.ts';
import type { Clock } from '../../system/clock.ts';

/** Sends what happens to everyone who listens. */
export interface EventHub {
  /** Who listens now. */
  readonly size: number;
  /** Sends events on a response whose head is out, until its client leaves or the hub closes. */
  add(response: ServerResponse): void;
  /** Ends all of them. */
  close(): void;
}

export interface EventHubOptions {
  readonly control: Pick<ModelControl, 'list' | 'events'>;
  readonly snapshot: () => SnapshotEvent;
  readonly clock: Clock;
}

/** Between two looks at the counters, ms. */
const interval = 1000;

/** A line at least so often keeps what lies between from closing the connection, and finds out who is gone. Looks. */
const heartbeatEvery = 15;

/** How long a browser waits before it connects again, ms. */
const reconnect = 2000;

interface Listener {
  readonly response: ServerResponse;
  /** It missed something, since it had not read what was sent before. */
  isBehind: boolean;
}

const textOf = (event: GatewayEvent): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** What can change in a snapshot. */
const contentOf = ({ at: _at, ...content }: SnapshotEvent): string => JSON.stringify(content);

/** Costs nothing while nobody listens. */
export const createEventHub = ({ control, snapshot, clock }: EventHubOptions): EventHub => {
  const listeners = new Set<Listener>();
  const closing = new AbortController();
  let isWatching = false;
  let isTicking = false;

  const everything = (): string =>
    [...control.list().map((model) => ({ type: 'model', model }) as const), snapshot()].map(textOf).join('');

  /** Nobody who does not read fills our memory: it gets all of it again once it has caught up. */
  const send = (text: string): void => {
    for (const listener of listeners) {
      if (listener.response.destroyed) continue;
      if (listener.response.writableNeedDrain) listener.isBehind = true;
      else listener.response.write(text);
    }
  };

  const catchUp = (): void => {
    for (const listener of listeners) {
      if (!listener.isBehind || listener.response.writableNeedDrain) continue;
      listener.isBehind = false;
      listener.response.write(everything());
    }
  };

  const tick = async (): Promise<void> => {
    let sent = contentOf(snapshot());
    for (let look = 1; listeners.size > 0; look += 1) {
      await clock.sleep(interval, closing.signal);
      catchUp();
      const now = snapshot();
      const content = contentOf(now);
      if (content !== sent) send(textOf(now));
      else if (look % heartbeatEvery === 0) send(': \n\n');
      sent = content;
    }
  };

  /** Goes on once it was begun: models change rarely, and a subscription cannot be left where it waits. */
  const watch = async (): Promise<void> => {
    const changes = control.events()[Symbol.asyncIterator]();
    closing.signal.addEventListener('abort', () => void changes.return?.().catch(() => {}), { once: true });
    for (;;) {
      const { done, value } = await changes.next();
      if (done || closing.signal.aborted) return;
      send(textOf(value));
    }
  };

  const begin = (): void => {
    if (!isWatching) {
      isWatching = true;
      // Snapshots go on without it.
      watch().catch(() => {});
    }
    if (isTicking) return;
    isTicking = true;
    const end = (): void => {
      isTicking = false;
    };
    // Rejects only when closed.
    tick().then(end, end);
  };

  return {
    get size() {
      return listeners.size;
    },
    add: (response) => {
      const listener: Listener = { response, isBehind: false };
      response.once('close', () => listeners.delete(listener));
      if (closing.signal.aborted) {
        response.end();
        return;
      }
      listeners.add(listener);
      response.write(`retry: ${reconnect}\n\n${everything()}`);
      begin();
    },
    close: () => {
      closing.abort();
      for (const { response } of listeners) response.end();
    },
  };
};
