import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { defaultLimits, defaultRouting, type GatewayRouting } from '../../src/api/gateway-config.ts';
import type { Endpoint } from '../../src/api/models.ts';
import { hashKey } from '../../src/config/keys.ts';
import { chatAnswer, startUpstream } from '../fakes/upstream.ts';
import { type HttpPlace, http } from '../support/http.ts';
import { authorized, keyRecord, startTestGateway, testKey } from './gateway.ts';

const path = '/v1/chat/completions';
const chat = { model: 'tiny', messages: [] };
const wrong = { authorization: 'Bearer wrong' };

test.each([
  [{ authorization: `BEARER\t ${testKey} ` }],
  [{ authorization: `Basic dXNlcjpwYXNz`, 'x-api-key': testKey }],
  [{ 'X-API-Key': `  ${testKey}  ` }],
  [{ 'API-KEY': testKey }],
])('a key is taken as %j', async (headers) => {
  const gateway = await startTestGateway({});
  expect((await gateway.get('/v1/models', headers as Record<string, string>)).status).toBe(200);
});

test('an expired key is told so, by whoever has it', async () => {
  const gateway = await startTestGateway({ keys: [keyRecord({ name: 'ci', expiresAt: 1 })] });
  const answer = await gateway.post(path, chat);
  expect(answer.status).toBe(401);
  expect(answer.json.error.code).toBe('invalid_api_key');
  expect(answer.json.error.message).toContain('"ci" expired on 1970-01-01');
  expect(answer.json.error.message).toContain('key rotate ci --expires');
});

test('a key may be for the models of a role', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({
    models: [
      { id: 'a', roles: ['coder'], upstream: upstream.endpoint },
      { id: 'b', roles: ['general'], upstream: upstream.endpoint },
    ],
    keys: [keyRecord({ models: ['coder'] })],
  });
  expect((await gateway.post(path, { model: 'a' })).status).toBe(200);
  expect((await gateway.post(path, { model: 'b' })).status).toBe(403);
  expect((await gateway.get('/v1/models')).json.data.map(({ id }: { id: string }) => id)).toEqual(['a']);
});

test.each([
  [401, 'authentication_error', wrong, ['inference']],
  [403, 'permission_error', authorized, ['metrics']],
] as const)("Anthropic's clients get a %i in their own words", async (status, type, headers, scopes) => {
  const gateway = await startTestGateway({ keys: [keyRecord({ scopes: [...scopes] })] });
  const answer = await gateway.post(path, chat, { ...headers, 'anthropic-version': '2023-06-01' });
  expect(answer.status).toBe(status);
  expect(answer.json).toEqual({
    type: 'error',
    error: { type, message: expect.any(String) },
    request_id: answer.headers['x-request-id'],
  });
});

test.each(['/v1/messages', '/messages', '/v1/messages/count_tokens?beta=true'])(
  "%s speaks Anthropic's dialect, whatever the headers",
  async (route) => {
    const gateway = await startTestGateway({});
    const answer = await gateway.post(route, {});
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  },
);

test('what has to be waited for is a rate limit in both dialects', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const keys = [keyRecord({ requestsPerMinute: 1 })];
  const gateway = await startTestGateway({ keys, upstream: upstream.endpoint });
  await gateway.post(path, chat);
  const openai = await gateway.post(path, chat);
  const anthropic = await gateway.post(path, chat, { ...authorized, 'anthropic-version': '2023-06-01' });
  expect([openai.status, anthropic.status]).toEqual([429, 429]);
  expect(openai.headers).toMatchObject({
    'retry-after': expect.stringMatching(/^[56]\d$/),
    'x-ratelimit-limit-requests': '1',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': expect.stringMatching(/^(1m0|5\d)s$/),
  });
  expect(openai.json.error.type).toBe('requests');
  expect(anthropic.json.error).toMatchObject({
    type: 'rate_limit_error',
    details: { retryAfter: expect.any(Number) },
  });
});

test('who guesses keys is slowed down, and is not told when one is right', async () => {
  const gateway = await startTestGateway({
    config: { limits: { ...defaultLimits, failedKeysPerMinute: 3 } },
    keys: [keyRecord(), keyRecord({ id: 'new', name: 'new', sha256: hashKey('lai-new') })],
  });
  expect((await gateway.get('/v1/models')).status).toBe(200);
  const statuses = [];
  for (let each = 0; each < 5; each++) statuses.push((await gateway.post(path, chat, wrong)).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  const keyless = await gateway.get('/v1/models', {});
  expect(keyless.status).toBe(429);
  expect(keyless.headers).toMatchObject({
    'retry-after': expect.stringMatching(/^\d+$/),
    'x-ratelimit-limit-requests': '3',
    'x-ratelimit-remaining-requests': '0',
  });
  expect(keyless.headers['www-authenticate']).toBeUndefined();
  expect(keyless.json.error).toMatchObject({
    code: 'rate_limit_exceeded',
    details: { retryAfter: expect.any(Number) },
  });
  expect((await gateway.get('/v1/models', { 'x-api-key': 'lai-new' })).status).toBe(429);
  expect((await gateway.get('/v1/models')).status).toBe(200);
  expect((await gateway.get('/health', {})).status).toBe(200);
});

test('behind a trusted proxy each client is counted by itself', async () => {
  const gateway = await startTestGateway({
    config: { limits: { ...defaultLimits, failedKeysPerMinute: 1 }, trustedProxies: ['127.0.0.1'] },
  });
  const from = (address: string) =>
    gateway.get('/v1/models', { ...wrong, 'x-forwarded-for': `6.6.6.6, ${address}` });
  expect((await from('10.0.0.1')).status).toBe(401);
  expect((await from('10.0.0.1')).status).toBe(429);
  expect((await from('10.0.0.2')).status).toBe(401);
  expect((await gateway.get('/v1/models', { ...authorized, 'x-forwarded-for': '10.0.0.2' })).status).toBe(
    429,
  );
  expect((await gateway.get('/v1/models', { ...authorized, 'x-forwarded-for': '10.0.0.3' })).status).toBe(
    200,
  );
});

test('/metrics is open to this machine, but not to whoever comes through a proxy', async () => {
  const gateway = await startTestGateway({ keys: [keyRecord({ scopes: ['metrics'] })] });
  expect((await gateway.get('/metrics', {})).status).toBe(200);
  expect((await gateway.get('/metrics', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(401);
  expect((await gateway.get('/metrics', { ...authorized, forwarded: 'for=10.0.0.1' })).status).toBe(200);
});

test('without keys an address may be held to a rate', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    config: { limits: { ...defaultLimits, keylessPerMinute: 2 } },
    keys: [],
  });
  const answers = [];
  for (let each = 0; each < 3; each++) answers.push(await gateway.post(path, chat, {}));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers[0]?.headers['x-ratelimit-remaining-requests']).toBe('1');
  expect(answers[2]?.json.error.message).toContain('2 requests a minute without a key');
});

test('a host name that is not ours is refused with the command that allows it', async () => {
  const gateway = await startTestGateway({
    config: { allowedHosts: ['box.lan', '*.example.org', 'Port:81'] },
  });
  const refused = await gateway.get('/health', { host: 'other.lan:8080' });
  expect(refused.status).toBe(403);
  expect(refused.json.error.code).toBe('host_not_allowed');
  expect(refused.json.error.message).toContain('localai config set gateway.allowedHosts other.lan');
  expect(refused.json.error.message).not.toContain('box.lan');
  const odd = await gateway.get('/health', { host: '<script>' });
  expect(odd.text).not.toContain('script');
  const status = async (host: string): Promise<number> => (await gateway.get('/health', { host })).status;
  expect(await status('BOX.lan')).toBe(200);
  expect(await status('a.b.example.org:8080')).toBe(200);
  expect(await status('example.org')).toBe(403);
  expect(await status('evilexample.org')).toBe(403);
  expect(await status('port:81')).toBe(200);
});

const preflight = (place: HttpPlace, origin: string, more: Record<string, string> = {}) =>
  http(place, 'OPTIONS', path, undefined, { origin, 'access-control-request-method': 'POST', ...more });

test('a page that may use us can send what the SDKs send, and read all headers', async () => {
  const gateway = await startTestGateway({
    config: { allowedOrigins: ['https://*.example.org', 'vscode-webview://*'] },
  });
  const wanted =
    'anthropic-dangerous-direct-browser-access,anthropic-version,authorization,content-type,x-api-key,x-stainless-arch,x-stainless-os';
  const asked = await preflight(gateway.place, 'https://chat.example.org', {
    'access-control-request-headers': wanted,
    'access-control-request-private-network': 'true',
  });
  expect(asked.status).toBe(204);
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': 'https://chat.example.org',
    'access-control-allow-headers': wanted,
    'access-control-allow-methods': expect.stringContaining('POST'),
    'access-control-allow-private-network': 'true',
    vary: 'Origin',
  });
  const answer = await gateway.get('/v1/models', { ...authorized, origin: 'vscode-webview://1a2b' });
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'vscode-webview://1a2b',
    'access-control-expose-headers': '*',
  });
  expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
});

test('also an error can be read by a page that may use us', async () => {
  const gateway = await startTestGateway({});
  const answer = await gateway.post(path, '{', { ...authorized, origin: 'http://localhost:3000' });
  expect(answer.status).toBe(400);
  expect(answer.headers['access-control-allow-origin']).toBe('http://localhost:3000');
});

test('a foreign page is promised nothing', async () => {
  const gateway = await startTestGateway({});
  for (const origin of ['https://evil.example', 'null', 'https://localhost.evil.example']) {
    const { headers } = await preflight(gateway.place, origin, {
      'access-control-request-private-network': 'true',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
  const odd = await preflight(gateway.place, 'http://localhost', {
    'access-control-request-headers': 'a b;c',
  });
  expect(odd.headers['access-control-allow-headers']).toBe('authorization, content-type');
});

test('without keys a foreign page is refused with the command that allows it; our own page is not foreign', async () => {
  const gateway = await startTestGateway({ keys: [], config: { allowedHosts: ['box.lan'] } });
  const foreign = await gateway.get('/v1/models', { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  expect(foreign.json.error.message).toContain('config set gateway.allowedOrigins https://evil.example');
  const odd = await gateway.get('/v1/models', { origin: 'x" onload="y' });
  expect(odd.json.error.message).toContain('gateway.allowedOrigins <origin>');
  const own = { host: 'box.lan:8080', origin: 'http://box.lan:8080' };
  expect((await gateway.get('/v1/models', own)).status).toBe(200);
});

test.each([
  [8193, 414],
  [20_000, 414],
])('an address of %i bytes is a %i in JSON', async (length, status) => {
  const gateway = await startTestGateway({});
  const socket = connect(gateway.port, '127.0.0.1');
  const url = `/v1/models?q=${'x'.repeat(length)}`;
  socket.write(`GET ${url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket);
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').error.code).toBe('url_too_long');
});

const routed = (upstream: Endpoint, routing: Partial<GatewayRouting>) =>
  startTestGateway({
    models: ['coder', 'general'].map((role) => ({
      id: `${role}-7b`,
      roles: [role as 'coder'],
      upstream,
    })),
    config: { routing: { ...defaultRouting, ...routing } },
    keys: [keyRecord(), keyRecord({ id: 'g', sha256: hashKey('lai-g'), models: ['general'] })],
  });

test('an alias of the user is followed, and a dangling one is logged', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await routed(upstream.endpoint, { aliases: { 'my-*': 'coder', lost: 'nothing' } });
  const answer = await gateway.post(path, { model: 'my-model' });
  expect(answer.headers).toMatchObject({
    'x-localai-model': 'coder-7b',
    'x-localai-route': 'alias my-* is coder',
  });
  expect((await gateway.get('/v1/models/my-model')).json.id).toBe('coder-7b');
  expect((await gateway.get('/v1/models/general')).json.id).toBe('general-7b');
  expect(gateway.log).toContainEqual(expect.objectContaining({ alias: 'lost' }));
});

test('strict: an unknown model is a 404 with the nearest names that the key may use', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await routed(upstream.endpoint, { strict: true });
  const unknown = await gateway.post(path, { model: 'coder-7n\u0000ü' });
  expect(unknown.status).toBe(404);
  expect(unknown.json.error).toMatchObject({ code: 'model_not_found' });
  expect(unknown.json.error.message).toContain('No model named "coder-7n??" is served here.');
  expect(unknown.json.error.message).toContain('Did you mean coder-7b?');
  const other = await gateway.post(path, { model: 'coder-7n' }, { 'x-api-key': 'lai-g' });
  expect(other.json.error.message).not.toContain('Did you mean');
  const missing = await gateway.post(path, { messages: [] });
  expect(missing.status).toBe(400);
  expect(missing.json.error.param).toBe('model');
  expect((await gateway.post(path, { model: 'qwen-coder' })).status).toBe(200);
});
