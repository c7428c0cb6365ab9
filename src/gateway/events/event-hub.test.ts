import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readyStatus } from '../../../test/gateway/gateway.ts';
import { until } from '../../../test/support/until.ts';
import type { SnapshotEvent } from '../../api/events.ts';
import type { ModelEvent } from '../../api/models.ts';
import { realClock } from '../../system/clock.ts';
import { createEventHub, type EventHub } from './event-hub.ts';

let requests: number;
/** Ends the second that the hub waits for. */
let wake: (() => void) | undefined;

beforeEach(() => {
  requests = 0;
  wake = undefined;
});

const clock = {
  ...realClock,
  sleep: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      wake = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

/** A second passes; resolves when the hub waits for the next one. */
const second = async (): Promise<void> => {
  const before = wake;
  before?.();
  await until(() => wake !== before);
};

const snapshot = (): SnapshotEvent => ({
  type: 'snapshot',
  at: Math.random(),
  queues: {},
  traffic: {
    ...{ requests, errors: 0, canceled: 0, promptTokens: 0, completionTokens: 0 },
    ...{ tokensPerSecond: 0, open: 0, streams: 0 },
  },
});

/** A control whose models change when a test says so; `consumers`: how many listen to it. */
const control = () => {
  const waiting: ((event: ModelEvent) => void)[] = [];
  let consumers = 0;
  return {
    list: () => [readyStatus('tiny')],
    async *events(): AsyncGenerator<ModelEvent> {
      consumers += 1;
      try {
        for (;;) yield await new Promise<ModelEvent>((resolve) => waiting.push(resolve));
      } finally {
        consumers -= 1;
      }
    },
    change: (state: 'loading' | 'error') => {
      for (const tell of waiting.splice(0)) tell({ type: 'model', model: readyStatus('tiny', { state }) });
    },
    get consumers() {
      return consumers;
    },
  };
};

interface Reader {
  readonly text: () => string;
  readonly answer: IncomingMessage;
}

/** A server that hands its responses to a hub, and a way to connect to it. */
const scene = async (hub: EventHub) => {
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    responses.push(response);
    hub.add(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connect = (reading = true): Promise<Reader> =>
    new Promise((resolve) => {
      get({ port, host: '127.0.0.1', agent: false }, (answer) => {
        let text = '';
        answer.on('error', () => {});
        if (reading) answer.setEncoding('utf8').on('data', (part) => (text += part));
        else answer.pause();
        resolve({ text: () => text, answer });
      });
    });
  return { connect, responses };
};

const names = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:event|retry): (.*)$/gm)].map(([, name]) => name ?? '');

test('it begins with how everything is; changes follow, counters at most once a second', async () => {
  const models = control();
  const hub = createEventHub({ control: models, snapshot, clock });
  const { connect } = await scene(hub);
  const { text } = await connect();
  await until(() => text().includes('event: snapshot'));
  expect(names(text())).toEqual(['2000', 'model', 'snapshot']);
  models.change('loading');
  await until(() => names(text()).length === 4);
  expect(text()).toContain('"state":"loading"');
  requests = 1;
  requests = 2;
  await second();
  await until(() => names(text()).length === 5);
  expect(text()).toContain('"requests":2');
  await second();
  models.change('error');
  await until(() => names(text()).length === 6);
  expect(names(text())).toEqual(['2000', 'model', 'snapshot', 'model', 'snapshot', 'model']);
});

test('where nothing happens a comment comes now and then', async () => {
  const hub = createEventHub({ control: control(), snapshot, clock });
  const { connect } = await scene(hub);
  const { text } = await connect();
  await until(() => text().includes('event: snapshot'));
  const before = text();
  for (let each = 0; each < 15; each += 1) await second();
  await until(() => text() !== before);
  expect(text().slice(before.length)).toBe(': \n\n');
});

test('all end when it closes; who comes later is sent away; the models are let go', async () => {
  const models = control();
  const hub = createEventHub({ control: models, snapshot, clock });
  const { connect } = await scene(hub);
  const readers = await Promise.all([connect(), connect()]);
  await until(() => hub.size === 2);
  const ended = readers.map(({ answer }) => new Promise((resolve) => answer.once('end', resolve)));
  hub.close();
  await Promise.all(ended);
  const late = await connect(false);
  await new Promise((resolve) => late.answer.once('end', resolve).resume());
  await until(() => hub.size === 0);
  // A generator that waits is left as soon as it goes on.
  models.change('error');
  await until(() => models.consumers === 0);
});

test('a reader that stands still costs no memory and is told everything once it goes on', async () => {
  const hub = createEventHub({ control: control(), snapshot, clock });
  const { connect, responses } = await scene(hub);
  const { answer } = await connect(false);
  await until(() => responses.length === 1);
  const [response] = responses;
  // As if much had been sent that it did not take.
  response?.write(`${'x'.repeat(20_000_000)}\n\n`);
  expect(response?.writableNeedDrain).toBe(true);
  const waiting = response?.writableLength ?? 0;
  for (let each = 0; each < 100; each += 1) {
    requests += 1;
    await second();
  }
  expect(response?.writableLength).toBeLessThanOrEqual(waiting);
  let text = '';
  answer.setEncoding('utf8').on('data', (part) => (text += part));
  answer.resume();
  await until(() => response?.writableNeedDrain === false);
  await second();
  await until(() => text.includes('"requests":100'));
  expect(names(text.slice(text.lastIndexOf('xx')))).toEqual(['model', 'snapshot']);
});

test('a thousand that come and go leave nothing behind', async () => {
  const models = control();
  const hub = createEventHub({ control: models, snapshot, clock });
  const { connect } = await scene(hub);
  for (let round = 0; round < 20; round += 1) {
    const readers = await Promise.all(Array.from({ length: 50 }, () => connect()));
    await until(() => hub.size === 50);
    for (const { answer } of readers) answer.destroy();
    await until(() => hub.size === 0);
  }
  expect(models.consumers).toBe(1);
  // The last round's second passes, and with nobody there no further one begins.
  const last = wake;
  last?.();
  await realClock.sleep(5);
  expect(wake).toBe(last);
});
