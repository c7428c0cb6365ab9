import { expect, test } from 'vitest';
import { chatAnswer, startUpstream } from '../fakes/upstream.ts';
import { keyRecord, startTestGateway } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const path = '/v1/chat/completions';
const chat = { model: 'a', messages: [] };

test('a key may be for some models only', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({
    models: ['a', 'b'].map((id) => ({ id, upstream: upstream.endpoint })),
    keys: [keyRecord({ models: ['b'] })],
  });
  const refused = await gateway.post(path, chat);
  expect(refused.status).toBe(403);
  expect(refused.json.error).toMatchObject({ code: 'insufficient_permissions' });
  expect((await gateway.post(path, { ...chat, model: 'b' })).status).toBe(200);
  expect((await gateway.get('/v1/models')).json.data.map(({ id }: { id: string }) => id)).toEqual(['b']);
  expect((await gateway.get('/v1/models/a')).status).toBe(404);
  expect(upstream.calls).toHaveLength(1);
});

test('a key may send so many a minute, and is told how many are left', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({
    models: [{ id: 'a', upstream: upstream.endpoint }],
    keys: [keyRecord({ requestsPerMinute: 2 })],
  });
  const first = await gateway.post(path, chat);
  expect(first.headers).toMatchObject({
    'x-ratelimit-limit-requests': '2',
    'x-ratelimit-remaining-requests': '1',
  });
  await gateway.post(path, chat);
  const third = await gateway.post(path, chat);
  expect(third.status).toBe(429);
  expect(third.json.error.code).toBe('rate_limit_exceeded');
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
  expect((await gateway.get('/v1/models')).status).toBe(200);
});

test('a key may have so many open at once; one that ends, however, makes room', async () => {
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({
    models: [{ id: 'a', upstream: upstream.endpoint }],
    keys: [keyRecord({ parallel: 1 })],
  });
  const client = rawPost(gateway.port, path, JSON.stringify(chat));
  await upstream.call(1);
  const second = await gateway.post(path, chat);
  expect(second.status).toBe(429);
  expect(second.headers['retry-after']).toBe('1');
  client.leave();
  await gateway.logged(({ status }) => status === 499);
  upstream.script = chatAnswer('room');
  expect((await gateway.post(path, chat)).status).toBe(200);
  expect((await gateway.post(path, '{')).status).toBe(400);
  expect((await gateway.post(path, chat)).status).toBe(200);
});
