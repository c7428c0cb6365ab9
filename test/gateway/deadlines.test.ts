import { expect, test } from 'vitest';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  json,
  type Script,
  silent,
  startUpstream,
} from '../fakes/upstream.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { until } from '../support/until.ts';
import { chat, chatPath, plainChat } from './chats.ts';
import { authorized, readyStatus, startTestGateway, waitingFor } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const within = (time: string) => ({ ...authorized, 'x-request-timeout': time });

/** Every place of the line and every engine is free again. */
const expectFree = async (gateway: Awaited<ReturnType<typeof startTestGateway>>): Promise<void> => {
  await expect
    .poll(async () => (await gateway.get('/api/status')).json.queues.tiny)
    .toEqual({ running: 0, waiting: 0 });
};

test.each(['0.05', '50ms', '0.05 s', '50 MS'])('a request that may take %s is over then', async (time) => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat, within(time));
  expect(answer.status).toBe(504);
  expect(answer.json.error).toMatchObject({ code: 'request_deadline', type: 'server_error' });
  expect(answer.json.error.message).toContain('had not begun to answer');
  await until(() => upstream.open === 0);
  await expectFree(gateway);
});

test.each(['', 'soon', '-1', '0', '5 days', '1e9'])('"%s" is no time', async (time) => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat, within(time));
  expect(answer.status).toBe(400);
  expect(answer.json.error.param).toBe('x-request-timeout');
  expect(upstream.calls).toHaveLength(0);
});

test('in the line it says how long it waited, and where it stood', async () => {
  await using upstream = await startUpstream(silent);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models });
  const running = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(1);
  const waiting = rawPost(gateway.port, chatPath, plainChat);
  await waitingFor(gateway, 1);
  const answer = await gateway.post(chatPath, chat, within('80ms'));
  expect(answer.status).toBe(504);
  expect(answer.json.error.message).toMatch(/waited 0.1 s, and was number 2 of 2 in line/);
  expect(answer.json.error.details).toMatchObject({
    ...{ model: 'tiny', status: 'ready', running: 1, waiting: 2, position: 2, retryAfter: 1 },
    advice: expect.stringContaining('x-request-timeout'),
  });
  expect(Number(answer.headers['x-localai-queue-ms'])).toBeGreaterThanOrEqual(70);
  running.leave();
  waiting.leave();
  await expectFree(gateway);
  expect(upstream.calls.length).toBeLessThanOrEqual(2);
});

const oneEvent: Script = (call) => {
  beginStream(call);
  call.response.write(chatEvent('one'));
};

test('within a stream it is an event, and the engine is let go', async () => {
  await using upstream = await startUpstream(oneEvent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, { ...chat, stream: true }, within('100ms'));
  expect(answer.status).toBe(200);
  expect(answer.events.map((event) => event.error?.code ?? 'text')).toEqual(['text', 'request_deadline']);
  await (await upstream.call(1)).closed;
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'REQUEST_DEADLINE' });
  await expectFree(gateway);
});

test('within a plain answer the connection breaks off, so that nobody takes it for whole', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '50' });
    response.write('{"a":');
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const headers = { 'x-request-timeout': '100ms' };
  const answer = parseAnswer(await rawPost(gateway.port, chatPath, plainChat, { headers }).ended);
  expect([answer.head.includes('content-length: 50'), answer.body.toString()]).toEqual([true, '{"a":']);
  await (await upstream.call(1)).closed;
});

test('the setting holds without a header, and is the most that one can ask for', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    config: { timeouts: { total: 0.1 } },
  });
  for (const headers of [authorized, within('1h')]) {
    const answer = await gateway.post(chatPath, chat, headers);
    expect(answer.status).toBe(504);
    expect(answer.json.error.message).toContain('at most 0.1 s here');
  }
});

test('an engine is not asked again when the answer would come too late: its own word is passed on', async () => {
  await using upstream = await startUpstream(
    json({ error: { message: 'full' } }, 503, { 'retry-after': '1' }),
  );
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat, within('900ms'));
  expect([answer.status, answer.json.error.message, answer.headers['retry-after']]).toEqual([
    503,
    'full',
    '1',
  ]);
  expect(upstream.calls).toHaveLength(1);
});

test('deadlines are no strikes against an engine', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const late = Array.from({ length: 9 }, () => gateway.post(chatPath, chat, within('20ms')));
  for (const { status } of await Promise.all(late)) expect(status).toBe(504);
  upstream.script = chatAnswer('fine');
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
});

test('one that waits for a model to load says that', async () => {
  const gateway = await startTestGateway({
    config: { queue: { waiting: 9, waitingMiB: 1, seconds: 60, whileLoading: true } },
  });
  gateway.states.set('tiny', readyStatus('tiny', { state: 'loading' }));
  const answer = await gateway.post(chatPath, chat, within('50ms'));
  expect(answer.status).toBe(504);
  expect(answer.json.error.message).toContain('was loading all the time');
});
