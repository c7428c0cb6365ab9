import { expect, test } from 'vitest';
import { readyStatus, scriptedControl } from '../../../test/gateway/gateway.ts';
import type { ModelControl, ModelEvent, ModelStatus } from '../../api/models.ts';
import { watchedControl } from './watched-control.ts';

/** A control whose events a test sends. */
const scene = (states = new Map([['far', readyStatus('far')]])) => {
  const sent: ModelEvent[] = [];
  let wake = (): void => {};
  let ended = false;
  const control: ModelControl = {
    ...scriptedControl(states),
    events: async function* () {
      try {
        for (;;) {
          const next = sent.shift();
          if (next) yield next;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        ended = true;
      }
    },
  };
  return {
    states,
    watched: watchedControl(control),
    send: (model: ModelStatus): void => {
      sent.push({ type: 'model', model });
      wake();
    },
    hasEnded: () => ended,
  };
};

test('an engine of which nothing bad is known is as its control says', () => {
  const { watched, states } = scene();
  expect(watched.list()).toEqual([...states.values()]);
});

test('an engine that cannot be reached is shown so, until it can', () => {
  const { watched } = scene();
  watched.tell('far', 'ECONNREFUSED');
  expect(watched.list()[0]).toMatchObject({
    state: 'error',
    fault: { code: 'UPSTREAM_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') },
  });
  watched.tell('far', undefined);
  expect(watched.list()[0]).toMatchObject({ state: 'ready', fault: null });
});

test('what its control knows of a model that is not ready weighs more', () => {
  const { watched } = scene(new Map([['far', readyStatus('far', { state: 'loading' })]]));
  watched.tell('far', 'ECONNREFUSED');
  expect(watched.list()[0]).toMatchObject({ state: 'loading', fault: null });
});

test('listeners hear of both, in order, and of what changes alone', async () => {
  const { watched, send } = scene();
  const events = watched.events()[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => (await events.next()).value?.model.state;
  const first = next();
  watched.tell('far', 'ECONNREFUSED');
  watched.tell('far', 'ECONNREFUSED');
  expect(await first).toBe('error');
  const second = next();
  send(readyStatus('far', { state: 'loading' }));
  expect(await second).toBe('loading');
  // Its control says that it is ready; we know better.
  const third = next();
  send(readyStatus('far'));
  expect(await third).toBe('error');
  watched.tell('far', undefined);
  expect(await next()).toBe('ready');
});

test('whoever stops listening lets go of the control', async () => {
  const { watched, send, hasEnded } = scene();
  const events = watched.events()[Symbol.asyncIterator]();
  const first = events.next();
  send(readyStatus('far'));
  await first;
  await events.return?.();
  expect(hasEnded()).toBe(true);
  watched.tell('far', 'ECONNREFUSED');
});
