import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { recordedBody, replay } from '../../fakes/recordings.ts';
import { chatAnswer, inTurn, json, startUpstream } from '../../fakes/upstream.ts';
import { chat, chatPath } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';

const full = json({ error: {} }, 503);

test('case 11: an engine that is full is asked again when it says soon, and its word passed on when it says later', async () => {
  await using upstream = await startUpstream(json({ error: {} }, 429, { 'retry-after': '30' }));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(chatPath, chat)).headers['retry-after']).toBe('30');
  expect(upstream.calls).toHaveLength(1);
  upstream.script = inTurn(full, chatAnswer('now'));
  expect((await gateway.post(chatPath, chat)).json.choices[0].message.content).toBe('now');
  expect(upstream.calls).toHaveLength(3);
});

test('case 11: a pause that the engine asks for is kept', async () => {
  const times: number[] = [];
  const scripts = inTurn(json({ error: {} }, 429, { 'retry-after': '1' }), chatAnswer('now'));
  await using upstream = await startUpstream((call) => {
    times.push(performance.now());
    return scripts(call);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('case 11: a storm of refusals is at most a fifth worse for the engine, and ten more', async () => {
  await using upstream = await startUpstream(full);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const requests = 200;
  const answers = Array.from({ length: requests }, () => gateway.post(chatPath, chat));
  for (const { status } of await Promise.all(answers)) expect(status).toBe(503);
  expect(upstream.calls.length).toBeLessThanOrEqual(requests * 1.2 + 10);
});

test('case 11: what was worked on for a while is not sent again', async () => {
  await using upstream = await startUpstream(async ({ socket }) => {
    await delay(400);
    socket.resetAndDestroy();
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(chatPath, chat)).status).toBe(502);
  expect(upstream.calls).toHaveLength(1);
});

test('case 12: errors in requests never open the breaker', async () => {
  await using upstream = await startUpstream(replay('prompt-too-long'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  for (let times = 0; times < 50; times += 1) {
    const answer = await gateway.post(chatPath, chat);
    expect([answer.status, answer.text]).toEqual([400, recordedBody('prompt-too-long')]);
  }
  upstream.script = chatAnswer('x');
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
});
