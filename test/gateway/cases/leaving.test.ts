import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  json,
  type Script,
  silent,
  startUpstream,
} from '../../fakes/upstream.ts';
import { head, wire } from '../../fakes/wire.ts';
import { chat, chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway, waitingFor } from '../gateway.ts';
import { rawPost, requestBytes } from '../raw-client.ts';

const headOnly: Script = (call) => {
  beginStream(call);
  call.response.flushHeaders();
};

const oneEvent: Script = (call) => {
  beginStream(call);
  call.response.write(chatEvent('one'));
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** More than failures open the breaker. */
const times = 9;

test.each([
  ['case 01: before the first byte of a stream', silent, streamedChat, ''],
  ['case 01: after the head of a stream', headOnly, streamedChat, '\r\n\r\n'],
  ['case 02: within a stream', oneEvent, streamedChat, 'one'],
  ['case 03: in a plain call', silent, plainChat, ''],
])('%s a client that leaves takes the engine with it', async (_when, script, body, seen) => {
  await using upstream = await startUpstream(script);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models });
  const took: number[] = [];
  for (let time = 1; time <= times; time += 1) {
    const client = rawPost(gateway.port, chatPath, body);
    const call = await upstream.call(time);
    if (seen) await client.until(seen);
    const leftAt = performance.now();
    client.leave();
    await call.closed;
    took.push(performance.now() - leftAt);
  }
  expect(median(took)).toBeLessThan(250);
  // Neither a place nor the engine's good name was lost.
  upstream.script = chatAnswer('next');
  expect((await gateway.post(chatPath, chat)).json.choices[0].message.content).toBe('next');
  const left = gateway.log.filter(({ status }) => status === 499);
  expect(left).toHaveLength(times);
  for (const line of left) {
    expect(line).toMatchObject({ model: 'tiny', level: 30 });
    expect(line).not.toHaveProperty('error');
  }
});

test('case 01: a client that leaves the line is never sent on', async () => {
  await using upstream = await startUpstream(silent);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models });
  const first = rawPost(gateway.port, chatPath, plainChat);
  const running = await upstream.call(1);
  const second = rawPost(gateway.port, chatPath, plainChat);
  await waitingFor(gateway, 1);
  second.leave();
  await gateway.logged(({ status, queuedMs }) => status === 499 && queuedMs !== undefined);
  await waitingFor(gateway, 0);
  upstream.script = chatAnswer('third');
  const third = gateway.post(chatPath, chat);
  running.response.end('{}');
  expect((await third).json.choices[0].message.content).toBe('third');
  expect(upstream.calls).toHaveLength(2);
  first.leave();
});

test('case 29: what is cancelled ends with a real error, and nobody is left with a rejection', async () => {
  const errors: unknown[] = [];
  const note = (message: unknown): void => void errors.push((message as { error: unknown }).error);
  const strays: unknown[] = [];
  const stray = (reason: unknown): void => void strays.push(reason);
  subscribe('undici:request:error', note);
  process.on('unhandledRejection', stray);
  onTestFinished(() => {
    unsubscribe('undici:request:error', note);
    process.off('unhandledRejection', stray);
  });
  for (const script of [silent, headOnly, oneEvent]) {
    await using upstream = await startUpstream(script);
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const client = rawPost(gateway.port, chatPath, streamedChat);
    const call = await upstream.call(1);
    client.leave();
    await call.closed;
    await gateway.logged(({ status }) => status === 499);
  }
  expect(errors).toHaveLength(3);
  for (const error of errors) expect(error).toBeInstanceOf(Error);
  expect(errors.map(String)).toEqual(Array(3).fill('Error: the client left'));
  expect(strays).toEqual([]);
});

test('case 30: a client that leaves while a 429 waits to be sent again is not sent again', async () => {
  await using upstream = await startUpstream(json({ error: {} }, 429, { 'retry-after': '1' }));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, plainChat);
  await (await upstream.call(1)).closed;
  client.leave();
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ status: 499 });
  // Past the time at which it would have been.
  await delay(1100);
  expect(upstream.calls).toHaveLength(1);
});

test('case 30: a client that leaves while the body of a 429 comes in is not sent again', async () => {
  const full = head('429 Too Many Requests', {
    'content-type': 'application/json',
    'content-length': '100',
    'retry-after': '60',
  });
  await using upstream = await startUpstream(wire([full, '{"error":'], 'open'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, plainChat);
  await client.until('{"error":');
  client.leave();
  await (await upstream.call(1)).closed;
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ status: 499 });
  expect(upstream.calls).toHaveLength(1);
});

test('a client that leaves while the engine is still being reached is forgotten', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, plainChat);
  await new Promise((resolve) => client.socket.once('connect', resolve));
  client.leave();
  const other = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(1);
  other.leave();
  await Promise.all(upstream.calls.map(({ closed }) => closed));
});

test('a client that leaves while it sends its body is no fault of ours', async () => {
  const gateway = await startTestGateway({});
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.end(requestBytes(chatPath, plainChat).slice(0, -10));
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ path: chatPath });
  expect(line['status']).toBeLessThan(500);
  expect((await gateway.get('/health')).status).toBe(200);
});
