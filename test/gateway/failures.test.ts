import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chatAnswer, startUpstream } from '../fakes/upstream.ts';
import { chat, chatPath as path } from './chats.ts';
import { readyStatus, scriptedControl, startTestGateway } from './gateway.ts';

test('an engine that is gone is left alone for a moment, and found again', async () => {
  const socket = join(await mkdtemp(join(tmpdir(), 'gateway-')), 'engine.sock');
  const gateway = await startTestGateway({ upstream: { socket } });
  await gateway.post(path, chat);
  await gateway.post(path, chat);
  const spared = await gateway.post(path, chat);
  expect(spared.status).toBe(503);
  expect(spared.json.error.message).toContain('left alone');
  await using _upstream = await startUpstream(chatAnswer('back'), { socket });
  await expect.poll(async () => (await gateway.post(path, chat)).status, { timeout: 10_000 }).toBe(200);
});

test('an engine that nobody listens for is a 503 with Retry-After', async () => {
  const gateway = await startTestGateway({ upstream: { socket: '/nowhere/engine.sock' } });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(503);
  expect(answer.json.error.code).toBe('upstream_unreachable');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test.each(['sleeping', 'stopped'] as const)(
  'a model that is %s is called when it is asked for',
  async (state) => {
    await using upstream = await startUpstream(chatAnswer('x'));
    const states = new Map([['tiny', readyStatus('tiny', { state })]]);
    const control = scriptedControl(states, (id) => {
      setImmediate(() => states.set(id, readyStatus(id)));
    });
    const gateway = await startTestGateway({ upstream: upstream.endpoint, options: { control } });
    expect((await gateway.post(path, chat)).json.error.code).toBe('model_loading');
    expect((await gateway.post(path, chat)).status).toBe(200);
  },
);

test('a model that will not load says why', async () => {
  const gateway = await startTestGateway({});
  const fault = { code: 'ENGINE_LOAD', message: 'the file is damaged', hint: 'Fetch it again.' };
  gateway.states.set('tiny', readyStatus('tiny', { state: 'error', fault }));
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(503);
  expect(answer.json.error.message).toContain('the file is damaged Fetch it again.');
});

test("the headers of the engine's connection stay there", async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, {
      ...{ 'content-type': 'application/json', server: 'uvicorn', connection: 'close, x-hop' },
      ...{ 'x-hop': '1', 'x-kept': '2', 'access-control-allow-origin': '*', 'x-request-id': 'theirs' },
    });
    response.end('{}');
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const { headers } = await gateway.post(path, chat);
  expect(headers).toMatchObject({ 'x-kept': '2' });
  for (const name of ['server', 'x-hop', 'access-control-allow-origin'])
    expect(headers[name]).toBeUndefined();
  expect(headers['x-request-id']).not.toBe('theirs');
});
