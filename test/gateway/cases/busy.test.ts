import { expect, test } from 'vitest';
import { chatAnswer, silent, startUpstream } from '../../fakes/upstream.ts';
import { chat, chatPath, plainChat } from '../chats.ts';
import { readyStatus, startTestGateway, waitingFor } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

test('case 26: a model that is loading is a 503 with Retry-After, and recovers by itself, however often it failed', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  gateway.states.set('tiny', readyStatus('tiny', { state: 'loading', phase: 'loading the model (42 %)' }));
  for (let times = 0; times < 20; times += 1) {
    const answer = await gateway.post(chatPath, chat);
    expect(answer.status).toBe(503);
    expect(answer.json.error).toMatchObject({ code: 'model_loading' });
    expect(answer.json.error.message).toContain('42 %');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  expect(upstream.calls).toHaveLength(0);
  gateway.states.set('tiny', readyStatus('tiny'));
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
});

test('case 26: an engine that nobody listens for yet is tried for again once it is up', async () => {
  const closed = await startUpstream(silent);
  const { endpoint } = closed;
  await closed[Symbol.asyncDispose]();
  const gateway = await startTestGateway({ upstream: endpoint });
  for (let times = 0; times < 3; times += 1) {
    const answer = await gateway.post(chatPath, chat);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  const port = Number(new URL('url' in endpoint ? endpoint.url : '').port);
  await using _upstream = await startUpstream(chatAnswer('up'), { port });
  await expect.poll(async () => (await gateway.post(chatPath, chat)).status, { timeout: 20_000 }).toBe(200);
});

test('case 27: a line that is full is a 429 that says how long it is and when to try again', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }],
    config: { queue: { waiting: 2, waitingMiB: 1, seconds: 60 } },
  });
  const waiting = [1, 2, 3].map(() => rawPost(gateway.port, chatPath, plainChat));
  await upstream.call(1);
  await waitingFor(gateway, 2);
  const storm = await Promise.all(Array.from({ length: 50 }, () => gateway.post(chatPath, chat)));
  for (const full of storm) {
    expect(full.status).toBe(429);
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(0);
    expect(full.json.error).toMatchObject({
      code: 'queue_full',
      details: { model: 'tiny', running: 1, waiting: 2, retryAfter: expect.any(Number) },
    });
  }
  expect(upstream.calls).toHaveLength(1);
  upstream.script = chatAnswer('next');
  for (const client of waiting) client.leave();
  await waitingFor(gateway, 0);
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
});

test('case 27: a few long prompts fill the line as many short ones do', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }],
    config: { queue: { waiting: 1000, waitingMiB: 1, seconds: 60 } },
  });
  const long = JSON.stringify({ ...chat, messages: [{ role: 'user', content: 'x'.repeat(600_000) }] });
  const running = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(1);
  const first = rawPost(gateway.port, chatPath, long);
  await waitingFor(gateway, 1);
  expect((await gateway.post(chatPath, long)).json.error.code).toBe('queue_full');
  const short = rawPost(gateway.port, chatPath, plainChat);
  await waitingFor(gateway, 2);
  for (const client of [short, first, running]) client.leave();
});
