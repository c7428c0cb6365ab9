import { expect, test } from 'vitest';
import { hashKey } from '../../src/config/keys.ts';
import { type Call, json, startUpstream } from '../fakes/upstream.ts';
import { authorized, keyRecord, readyStatus, startTestGateway, type TestGateway } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const path = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [] };
const body = JSON.stringify(chat);

/** Resolves once that many are in the line. */
const waiting = (gateway: TestGateway, count: number): Promise<unknown> =>
  expect.poll(async () => (await gateway.get('/api/status')).json.queues.tiny.waiting).toBe(count);

const answer = ({ response }: Call): void => void response.end('{}');

test('what is more than the model takes at once waits, and says for how long it did', async () => {
  await using upstream = await startUpstream(() => {});
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models });
  const first = gateway.post(path, chat);
  const running = await upstream.call(1);
  const second = gateway.post(path, chat, { ...authorized, 'x-request-id': 'second' });
  // Tokens are counted past the line.
  upstream.script = json({ count: 1 });
  expect((await gateway.post('/tokenize', chat)).json).toEqual({ count: 1 });
  expect(upstream.calls).toHaveLength(2);
  upstream.script = answer;
  answer(running);
  expect((await first).headers['x-localai-queue-position']).toBeUndefined();
  expect((await second).headers).toMatchObject({
    'x-localai-queue-position': '1',
    'x-localai-queue-ms': expect.stringMatching(/^\d+$/),
  });
  const line = await gateway.logged(({ id }) => id === 'second');
  expect(line['queuedMs']).toBeTypeOf('number');
});

test("the engine's own capacity is the limit when none is set", async () => {
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  gateway.states.set('tiny', readyStatus('tiny', { parallel: 2 }));
  const clients = [1, 2, 3].map(() => rawPost(gateway.port, path, body));
  await upstream.call(2);
  expect((await gateway.get('/health')).status).toBe(200);
  expect(upstream.calls).toHaveLength(2);
  for (const client of clients) client.leave();
});

test('who waits too long is told so', async () => {
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }],
    config: { queue: { waiting: 9, waitingMiB: 1, seconds: 0.05 } },
  });
  const first = rawPost(gateway.port, path, body);
  await upstream.call(1);
  const late = await gateway.post(path, chat);
  expect(late.status).toBe(503);
  expect(late.json.error.code).toBe('queue_timeout');
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
  first.leave();
});

test('one key with many requests open does not starve another, and typing goes first', async () => {
  const order: string[] = [];
  await using upstream = await startUpstream(() => {});
  const other = keyRecord({ id: 'other', name: 'other', sha256: hashKey('lai-other') });
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }],
    keys: [keyRecord(), other],
  });
  const send = async (name: string, route: string, key: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${key}`, 'x-request-id': name };
    return gateway.post(route, { model: 'tiny', user: name }, headers);
  };
  const held = send('held', path, 'lai-test');
  const first = await upstream.call(1);
  upstream.script = (call) => {
    order.push(String(call.headers['x-request-id']));
    answer(call);
  };
  const many = ['a1', 'a2', 'a3'].map((name) => send(name, path, 'lai-test'));
  const single = send('b1', path, 'lai-other');
  const typing = send('typing', '/v1/completions', 'lai-test');
  await waiting(gateway, 5);
  answer(first);
  await Promise.all([held, ...many, single, typing]);
  expect(order[0]).toBe('typing');
  expect(order.indexOf('b1')).toBeLessThanOrEqual(2);
});
