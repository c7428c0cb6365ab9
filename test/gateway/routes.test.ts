import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/api/gateway-config.ts';
import { chatAnswer, json, startUpstream } from '../fakes/upstream.ts';
import { http } from '../support/http.ts';
import { authorized, keyRecord, readyStatus, startTestGateway, testKey } from './gateway.ts';

const chat = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] };
const path = '/v1/chat/completions';

/** Sends these bytes and gives back all that comes. */
const raw = async (port: number, bytes: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
};

test('a chat goes to the engine as it came and its answer comes back as it was', async () => {
  await using upstream = await startUpstream(chatAnswer('Hello'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const body = '{"model":"tiny", "messages":[{"role":"user","content":"hi"}], "top_k":3, "n":1.0}';
  const answer = await gateway.post(path, body);
  expect(answer.status).toBe(200);
  expect(answer.json.choices[0].message.content).toBe('Hello');
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'x-localai-model': 'tiny',
    'x-localai-route': 'id',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const call = await upstream.call(1);
  expect(call.path).toBe('/v1/chat/completions');
  expect(call.body.toString()).toBe(body);
  expect(call.headers).toMatchObject({ 'accept-encoding': 'identity' });
  expect(call.headers.authorization).toBeUndefined();
});

test.each(['/v1/completions', '/v1/embeddings', '/tokenize', '/detokenize'])(
  '%s is passed on',
  async (route) => {
    await using upstream = await startUpstream(json({ ok: 1 }));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    expect((await gateway.post(route, { model: 'tiny', input: 'x' })).json).toEqual({ ok: 1 });
    expect((await upstream.call(1)).path).toBe(route);
  },
);

test.each([
  ['/chat/completions', '/v1/chat/completions'],
  ['/v1/v1/chat/completions', '/v1/chat/completions'],
  ['//v1//chat/completions/', '/v1/chat/completions'],
  ['/v1/chat/completions?beta=true', '/v1/chat/completions'],
  ['/v1/tokenize', '/tokenize'],
])('%s is understood', async (given, meant) => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(given, chat)).status).toBe(200);
  expect((await upstream.call(1)).path).toBe(meant);
});

test('an unknown model goes to the general one, and the answer says so', async () => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', roles: ['general'], upstream: upstream.endpoint, upstreamModel: 'Org/Tiny' }],
  });
  const answer = await gateway.post(path, { ...chat, model: 'what' });
  expect(answer.headers).toMatchObject({ 'x-localai-model': 'tiny', 'x-localai-route': 'unknown model' });
  expect(JSON.parse((await upstream.call(1)).body.toString()).model).toBe('Org/Tiny');
});

test('an id that no header can carry is written with question marks there', async () => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await startTestGateway({ models: [{ id: 'mödel-模', upstream: upstream.endpoint }] });
  const answer = await gateway.post(path, { ...chat, model: 'mödel-模' });
  expect(answer.headers['x-localai-model']).toBe('m?del-?');
});

test('/v1/models lists what is served, with what clients look for', async () => {
  const gateway = await startTestGateway({
    models: [
      { id: 'org/coder', roles: ['coder'], aliases: ['c'], upstream: { url: 'http://127.0.0.1:9' } },
      { id: 'chat', upstream: { url: 'http://127.0.0.1:9' } },
    ],
  });
  gateway.states.set('chat', readyStatus('chat', { state: 'loading', context: null }));
  const { json: list } = await gateway.get('/v1/models');
  expect(list.object).toBe('list');
  expect(list.data[0]).toMatchObject({
    id: 'org/coder',
    object: 'model',
    status: 'ready',
    specialization: 'python-coding',
    context_window: 2048,
    context_length: 2048,
    max_model_len: 2048,
    meta: { n_ctx: 2048 },
    architecture: { input_modalities: ['text'] },
  });
  expect(list.data[1]).toMatchObject({
    id: 'chat',
    status: 'loading',
    specialization: 'general-purpose',
    context_window: null,
  });
  expect((await gateway.get('/v1/models/org/coder')).json).toEqual(list.data[0]);
  expect((await gateway.get('/v1/models/org%2Fcoder')).json).toEqual(list.data[0]);
  expect((await gateway.get('/v1/models/C')).json).toEqual(list.data[0]);
  const missing = await gateway.get('/v1/models/none');
  expect(missing.status).toBe(404);
  expect(missing.json.error.code).toBe('model_not_found');
});

test('/health and /ready need no key and say how each model is', async () => {
  const models = ['a', 'b', 'c'].map((id) => ({ id, upstream: { url: 'http://127.0.0.1:9' } }));
  const gateway = await startTestGateway({ models });
  const fault = { code: 'ENGINE_LOAD', message: 'it is broken', hint: 'mend it' };
  gateway.states.set('b', readyStatus('b', { state: 'loading', phase: 'loading the model' }));
  gateway.states.set('c', readyStatus('c', { state: 'error', fault }));
  expect((await gateway.get('/health', {})).json).toEqual({ status: 'healthy' });
  const ready = await gateway.get('/ready', {});
  expect(ready.status).toBe(200);
  expect(ready.json).toEqual({
    status: 'ready',
    models: {
      a: { status: 'ready' },
      b: { status: 'loading', reason: 'loading the model' },
      c: { status: 'error', reason: 'it is broken' },
    },
  });
  gateway.states.set('a', readyStatus('a', { state: 'stopped' }));
  const none = await gateway.get('/ready', {});
  expect(none.status).toBe(503);
  expect(none.json.status).toBe('not ready');
});

test('/api/status is what the CLI reads', async () => {
  const gateway = await startTestGateway({});
  expect((await gateway.get('/api/status')).json).toEqual({
    schemaVersion: 1,
    version: '1.2.3',
    pid: process.pid,
    startedAt: expect.any(Number),
    listen: { host: '127.0.0.1', port: gateway.port },
    exposure: 'loopback',
    config: { hash: null, loadedAt: expect.any(Number), problem: null, needsRestart: [] },
    models: [readyStatus('tiny')],
    queues: { tiny: { running: 0, waiting: 0 } },
    uptime: expect.any(Number),
    traffic: {
      ...{ requests: 0, errors: 0, canceled: 0, promptTokens: 0, completionTokens: 0 },
      ...{ tokensPerSecond: 0, open: 1, streams: 0 },
    },
  });
  expect((await gateway.get('/api/status', {})).status).toBe(401);
});

test.each([
  [{ authorization: `Bearer ${testKey}` }],
  [{ authorization: `bearer  ${testKey}` }],
  [{ 'x-api-key': testKey }],
  [{ 'api-key': testKey }],
])('a key is taken as %j', async (headers) => {
  const gateway = await startTestGateway({});
  expect((await gateway.get('/v1/models', headers)).status).toBe(200);
});

test.each([
  [{}],
  [{ authorization: 'Bearer wrong' }],
  [{ authorization: testKey }],
  [{ authorization: 'Bearer' }],
  [{ 'x-api-key': '' }],
])('%j is answered 401 in the envelope that SDKs know', async (headers) => {
  const gateway = await startTestGateway({});
  const answer = await gateway.post(path, chat, headers as Record<string, string>);
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.json.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_api_key' });
  expect(answer.text).not.toContain(testKey);
});

test('a key without the scope is answered 403, one past its time 401', async () => {
  const metricsOnly = await startTestGateway({ keys: [keyRecord({ scopes: ['metrics'] })] });
  const answer = await metricsOnly.post(path, chat);
  expect(answer.status).toBe(403);
  expect(answer.json.error.code).toBe('insufficient_permissions');
  const expired = await startTestGateway({ keys: [keyRecord({ expiresAt: 1 })] });
  expect((await expired.post(path, chat)).status).toBe(401);
});

test('without any key it is open to this machine, but not to web pages from elsewhere', async () => {
  const gateway = await startTestGateway({ keys: [] });
  expect((await gateway.get('/v1/models', {})).status).toBe(200);
  const foreign = await gateway.post(path, chat, { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  expect(foreign.json.error.code).toBe('origin_not_allowed');
});

test.each([
  ['127.0.0.1:8080', 200],
  ['localhost', 200],
  ['app.localhost:1', 200],
  ['[::1]:8080', 200],
  ['192.168.1.7:8080', 200],
  ['mybox.lan:8080', 200],
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost.evil.example:80', 403],
])('Host %s is answered %i', async (host, status) => {
  const gateway = await startTestGateway({ config: { allowedHosts: ['mybox.lan'] } });
  const answer = await gateway.get('/health', { host });
  expect(answer.status).toBe(status);
});

test('pages of this machine may read answers; OPTIONS needs no key', async () => {
  const gateway = await startTestGateway({ config: { allowedOrigins: ['app://obsidian.md'] } });
  for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'app://obsidian.md']) {
    const answer = await gateway.get('/v1/models', { ...authorized, origin });
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
  }
  const asked = await http(gateway.place, 'OPTIONS', path, undefined, {
    origin: 'http://localhost:5173',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,x-stainless-os',
    'access-control-request-private-network': 'true',
  });
  expect(asked.status).toBe(204);
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': 'http://localhost:5173',
    'access-control-allow-headers': 'authorization,x-stainless-os',
    'access-control-allow-private-network': 'true',
  });
  for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null']) {
    const answer = await gateway.get('/v1/models', { ...authorized, origin });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  }
});

test.each([
  ['{"model":1}', 'model', 'must be a string'],
  [`{"model":"${'x'.repeat(600)}"}`, 'model', 'longer than 512'],
  ['{"stream":"yes"}', 'stream', 'true or false'],
])('%s is a 400 that names the parameter', async (body, param, problem) => {
  const gateway = await startTestGateway({});
  const answer = await gateway.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject({ param, type: 'invalid_request_error' });
  expect(answer.json.error.message).toContain(problem);
});

test.each([
  ['{"model":"tiny",\n}', 'position 17 (line 2, column 1)'],
  ['', 'no body'],
  ['[]', 'must be a JSON object'],
  ['null', 'must be a JSON object'],
])('the body %j is a 400 that says where', async (body, says) => {
  const gateway = await startTestGateway({});
  const answer = await gateway.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.message).toContain(says);
});

test('a body past the limit is a 413, whether announced or not', async () => {
  const gateway = await startTestGateway({ config: { limits: { ...defaultLimits, bodyMiB: 1 } } });
  const large = await gateway.post(path, { pad: 'x'.repeat(1024 * 1024) });
  expect(large.status).toBe(413);
  expect(large.json.error.message).toContain('1 MiB');
  const chunked = await http(gateway.place, 'POST', path, 'x'.repeat(2 * 1024 * 1024), {
    ...authorized,
    'transfer-encoding': 'chunked',
  });
  expect(chunked.status).toBe(413);
});

test('wrong addresses and methods are told so in JSON', async () => {
  const gateway = await startTestGateway({});
  const unknown = await gateway.get('/v1/nothing');
  expect(unknown.status).toBe(404);
  expect(unknown.json.error.code).toBe('route_unknown');
  const method = await gateway.get(path);
  expect(method.status).toBe(405);
  expect(method.headers.allow).toBe('POST');
  expect((await gateway.get(`/v1/models?${'x'.repeat(9000)}`)).status).toBe(414);
  const broken = await gateway.get('/v1/models/%zz');
  expect(broken.status).toBe(400);
  expect(broken.json.error.message).toContain('address');
});

test('headers that are too large, and what is no HTTP, are answered in JSON', async () => {
  const gateway = await startTestGateway({});
  const large = await raw(gateway.port, `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(large).toMatch(/^HTTP\/1.1 431 /);
  expect(JSON.parse(large.split('\r\n\r\n')[1] ?? '').error.code).toBe('headers_too_large');
  expect(await raw(gateway.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [\s\S]*"request_invalid"/);
});

test('a client may give its own request id, if it is harmless', async () => {
  const gateway = await startTestGateway({});
  const mine = await gateway.get('/health', { 'x-request-id': 'abc-1' });
  expect(mine.headers['x-request-id']).toBe('abc-1');
  const odd = await gateway.get('/health', { 'x-request-id': 'a b"c' });
  expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('a request is one line in the log, without prompt or key', async () => {
  await using upstream = await startUpstream(chatAnswer('the secret answer'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(path, { ...chat, messages: [{ role: 'user', content: 'the secret question' }] });
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({
    id: expect.any(String),
    key: 'owner',
    method: 'POST',
    path,
    model: 'tiny',
    route: 'id',
    status: 200,
    ms: expect.any(Number),
    firstByteMs: expect.any(Number),
    promptTokens: 3,
    completionTokens: 2,
    bytesIn: expect.any(Number),
    bytesOut: expect.any(Number),
  });
  expect(gateway.log.filter(({ msg }) => msg === 'request')).toHaveLength(1);
  expect(JSON.stringify(gateway.log)).not.toMatch(/secret|lai-test/);
});

test('the start page says what runs and how to connect, and escapes what it is told', async () => {
  const gateway = await startTestGateway({
    models: [{ id: '<b>tiny</b>', upstream: { url: 'http://127.0.0.1:9' } }],
  });
  const page = await gateway.get('/', { host: `127.0.0.1:${gateway.port}` });
  expect(page.status).toBe(200);
  expect(page.text).toContain('&lt;b&gt;tiny&lt;/b&gt;');
  expect(page.text).not.toContain('<b>');
  expect(page.text).not.toContain(testKey);
  expect(page.text).toContain(`http://127.0.0.1:${gateway.port}/v1`);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
});

test('the browser UI is served from what was built', async () => {
  const file = (type: string, content: string) => ({ type, bytes: Buffer.from(content) });
  const webUi = new Map([
    ['/index.html', file('text/html; charset=utf-8', '<p>UI</p>')],
    ['/assets/app-1.js', file('text/javascript', 'let a')],
  ]);
  const gateway = await startTestGateway({ options: { webUi } });
  const page = await gateway.get('/', {});
  expect(page.text).toBe('<p>UI</p>');
  expect(page.headers['cache-control']).toBe('no-cache');
  const again = await gateway.get('/', { 'if-none-match': String(page.headers['etag']) });
  expect(again.status).toBe(304);
  expect((await gateway.get('/assets/app-1.js', {})).headers['cache-control']).toContain('immutable');
  expect((await gateway.get('/assets/../index.html', {})).status).toBe(404);
});
