import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultTimeouts } from '../../src/gateway/options.ts';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  chatStream,
  json,
  reset,
  type Script,
  startUpstream,
} from '../fakes/upstream.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { readyStatus, scriptedControl, startTestGateway } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const chat = { model: 'tiny', messages: [] };
const path = '/v1/chat/completions';
const streaming = JSON.stringify({ ...chat, stream: true });

/** Begins a stream and leaves it open. */
const open =
  (...texts: readonly string[]): Script =>
  (call) => {
    beginStream(call);
    call.response.flushHeaders();
    for (const text of texts) call.response.write(text);
  };

test('case 5: an engine that closes an idle connection under a request is asked once more', async () => {
  await using upstream = await startUpstream((call) => {
    upstream.script = chatAnswer('second try');
    return reset(call);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(path, chat);
  expect(answer.json.choices[0].message.content).toBe('second try');
  expect(upstream.calls).toHaveLength(2);
});

test('case 10: an engine that resets every time is asked twice, not for ever', async () => {
  await using upstream = await startUpstream(reset);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.code).toBe('upstream_died');
  expect(upstream.calls).toHaveLength(2);
});

test('case 5: we let go of idle connections before vLLM does', async () => {
  await using upstream = await startUpstream(chatAnswer('x'), { keepAliveMs: 60_000 });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(path, chat);
  await gateway.post(path, chat);
  expect(upstream.connections).toBe(1);
  // The fake would keep it for a minute: that it closes at all is our doing.
  await (await upstream.call(2)).closed;
});

test('case 6: ten minutes of silence are allowed, and a limit that is reached says so', async () => {
  expect(defaultTimeouts.firstByte).toBeGreaterThanOrEqual(690_000);
  expect(defaultTimeouts.idle).toBeGreaterThanOrEqual(690_000);
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { firstByte: 100 } },
  });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(504);
  expect(answer.json.error.code).toBe('upstream_timeout');
  expect(upstream.calls).toHaveLength(1);
});

test('a stream that falls silent ends with an error event', async () => {
  await using upstream = await startUpstream(open(chatEvent('one')));
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { idle: 100 } },
  });
  const answer = await gateway.post(path, { ...chat, stream: true });
  expect(answer.events.map((event) => event.error?.code ?? 'text')).toEqual(['text', 'upstream_timeout']);
});

test('case 7: the head of a stream goes out before its first event', async () => {
  await using upstream = await startUpstream(open());
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, streaming);
  await client.until('\r\n\r\n');
  expect(client.received().toString()).toMatch(/^HTTP\/1.1 200 [\s\S]*x-accel-buffering: no/);
  client.leave();
});

test.each([
  ['between events', ''],
  ['within an event', 'data: {"choices":[{"delta":{"content":"tw'],
])('case 8: an engine that dies %s ends the stream with an error event', async (_where, half) => {
  await using upstream = await startUpstream(open(chatEvent('one'), half));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, streaming);
  await client.until(half || 'one');
  (await upstream.call(1)).socket.destroy();
  const { body } = parseAnswer(await client.ended);
  const events = body.toString().split('\n\n').filter(Boolean);
  expect(events[0]).toBe(chatEvent('one').trim());
  expect(JSON.parse(events.at(-1)?.replace('data: ', '') ?? '').error).toMatchObject({
    code: 'upstream_died',
    type: 'server_error',
  });
  expect(body.toString()).not.toContain('[DONE]');
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ status: 200, error: 'UPSTREAM_DIED' });
});

test('an engine that dies after the head of a plain answer is a 502, not half an answer', async () => {
  await using upstream = await startUpstream(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n', () =>
      socket.resetAndDestroy(),
    );
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.code).toBe('upstream_died');
});

test('an engine that dies within a plain answer breaks it off, so that nobody takes it for whole', async () => {
  await using upstream = await startUpstream(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"a":');
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, JSON.stringify(chat));
  await client.until('{"a":');
  (await upstream.call(1)).socket.destroy();
  const { head, body } = parseAnswer(await client.ended);
  expect(head).toMatch(/content-length: 50/);
  expect(body.toString()).toBe('{"a":');
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'UPSTREAM_DIED' });
});

test.each([
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-ty'],
  ['no HTTP at all', 'hello\r\n\r\n'],
])('%s from an engine is a 502', async (_what, bytes) => {
  await using upstream = await startUpstream(({ socket }) => {
    socket.end(bytes);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.type).toBe('server_error');
});

test.each([400, 404, 422, 429, 500, 503])(
  "case 9: an engine's %i reaches the client as it is, streamed or not",
  async (status) => {
    const error = { error: { message: 'no', type: 'X', param: 'y', code: status } };
    await using upstream = await startUpstream(json(error, status, { 'retry-after': '7' }));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    for (const stream of [false, true]) {
      const answer = await gateway.post(path, { ...chat, stream });
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual(error);
      expect(answer.headers['retry-after']).toBe('7');
    }
  },
);

test('case 11: an engine that is full is asked again when it says soon, and its word passed on when it says later', async () => {
  await using upstream = await startUpstream(json({ error: {} }, 429, { 'retry-after': '30' }));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(path, chat)).headers['retry-after']).toBe('30');
  expect(upstream.calls).toHaveLength(1);
  upstream.script = (call) => {
    upstream.script = chatAnswer('now');
    return json({ error: {} }, 503)(call);
  };
  expect((await gateway.post(path, chat)).json.choices[0].message.content).toBe('now');
  expect(upstream.calls).toHaveLength(3);
});

test('a client that leaves while its request waits to be sent again is not sent again', async () => {
  await using upstream = await startUpstream(json({ error: {} }, 503, { 'retry-after': '2' }));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, JSON.stringify(chat));
  await (await upstream.call(1)).closed;
  client.leave();
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ status: 499 });
  upstream.script = chatAnswer('x');
  expect((await gateway.post(path, chat)).status).toBe(200);
  expect(upstream.calls).toHaveLength(2);
});

test('case 12: errors in requests never open the breaker', async () => {
  await using upstream = await startUpstream(json({ error: { message: 'context length' } }, 400));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  for (let times = 0; times < 50; times += 1) expect((await gateway.post(path, chat)).status).toBe(400);
  upstream.script = chatAnswer('x');
  expect((await gateway.post(path, chat)).status).toBe(200);
});

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

test('case 26: a model that is loading is a 503 with Retry-After, and recovers by itself', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  gateway.states.set('tiny', readyStatus('tiny', { state: 'loading', phase: 'loading the model (42 %)' }));
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(503);
  expect(answer.json.error).toMatchObject({ code: 'model_loading' });
  expect(answer.json.error.message).toContain('42 %');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(upstream.calls).toHaveLength(0);
  gateway.states.set('tiny', readyStatus('tiny'));
  expect((await gateway.post(path, chat)).status).toBe(200);
});

test.each(['sleeping', 'stopped'] as const)(
  'a model that is %s is called when it is asked for',
  async (state) => {
    await using upstream = await startUpstream(chatAnswer('x'));
    const states = new Map([['tiny', readyStatus('tiny', { state })]]);
    const control = scriptedControl(states, (id) => states.set(id, readyStatus(id)));
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

test('case 13: a model that hangs does not slow another one', async () => {
  await using hung = await startUpstream(() => {});
  await using quick = await startUpstream(chatAnswer('quick'));
  const models = [
    { id: 'hung', upstream: hung.endpoint },
    { id: 'quick', upstream: quick.endpoint },
  ];
  const gateway = await startTestGateway({ models });
  const waiting = Array.from({ length: 50 }, () =>
    rawPost(gateway.port, path, JSON.stringify({ ...chat, model: 'hung' })),
  );
  await hung.call(50);
  expect((await gateway.post(path, { ...chat, model: 'quick' })).status).toBe(200);
  for (const client of waiting) client.leave();
});

test('case 13: a port that takes connections and says nothing is given up after the limit on silence', async () => {
  const mute = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const gateway = await startTestGateway({
    upstream: { url: `http://127.0.0.1:${port}` },
    options: { timeouts: { firstByte: 100 } },
  });
  expect((await gateway.post(path, chat)).status).toBe(504);
  await gateway.close();
  await new Promise((resolve) => mute.close(resolve));
});

test('case 16: nothing is asked for compressed, and an engine that compresses all the same passes through', async () => {
  const bytes = Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]);
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(bytes);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, JSON.stringify(chat));
  const { head, body } = parseAnswer(await client.ended);
  expect((await upstream.call(1)).headers['accept-encoding']).toBe('identity');
  expect(head).toMatch(/content-encoding: gzip/);
  expect(body.equals(bytes)).toBe(true);
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

test('case 20: a client that stops reading holds the engine back, and is let go after a while', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let written = 0;
  await using upstream = await startUpstream(async (call) => {
    beginStream(call);
    while (!call.socket.destroyed && written < 200 * 1024 * 1024) {
      written += piece.length;
      if (!call.response.write(piece)) {
        await Promise.race([new Promise((resolve) => call.response.once('drain', resolve)), call.closed]);
      }
    }
  });
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { stalledReader: 300 } },
  });
  const client = rawPost(gateway.port, path, streaming, false);
  await (await upstream.call(1)).closed;
  // What socket buffers hold, not the answer.
  expect(written).toBeLessThan(32 * 1024 * 1024);
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'CLIENT_STALLED' });
  client.leave();
});

test('a slow reader gets everything all the same', async () => {
  const total = 20 * 1024 * 1024;
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(total) });
    response.end(Buffer.alloc(total, 'y'));
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, JSON.stringify(chat));
  client.socket.on('data', () => {
    client.socket.pause();
    setImmediate(() => client.socket.resume());
  });
  expect(parseAnswer(await client.ended).body.length).toBe(total);
});

test('case 18, 19: parallel tool calls and fields that nobody knows pass through untouched', async () => {
  const text =
    ': comment\r\n\r\ndata:{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"},{"index":1,"id":"b"}]}}]}\n\n' +
    'event: x\ndata: {"vllm_only":1}\n\ndata: [DONE]\n\n';
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.end(text);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const body = JSON.stringify({
    ...{ model: 'tiny', messages: [], stream: true, top_k: 5, min_p: 0.1 },
    ...{ chat_template_kwargs: { enable_thinking: false }, structured_outputs: { json: {} } },
  });
  const client = rawPost(gateway.port, path, body);
  expect(parseAnswer(await client.ended).body.toString()).toBe(text);
  expect((await upstream.call(1)).body.toString()).toBe(body);
});

test('case 22: 15 KiB of headers are taken', async () => {
  await using upstream = await startUpstream(chatStream('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.get('/health', { cookie: 'x'.repeat(15_000) });
  expect(answer.status).toBe(200);
});
