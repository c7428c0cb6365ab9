import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/api/gateway-config.ts';
import { chatAnswer, json, startUpstream } from '../../fakes/upstream.ts';
import { http } from '../../support/http.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chat, chatPath, plainChat } from '../chats.ts';
import { authorized, startTestGateway, testKey } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

const MiB = 1024 * 1024;

test('case 21: 32 MiB of body are taken, images and all, and reach the engine whole', async () => {
  expect(defaultLimits.bodyMiB).toBeGreaterThanOrEqual(32);
  await using upstream = await startUpstream(({ body, response }) => void response.end(String(body.length)));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const url = `data:image/png;base64,${'A'.repeat(32 * MiB - 200)}`;
  const content = [{ type: 'image_url', image_url: { url } }];
  const sent = JSON.stringify({ ...chat, messages: [{ role: 'user', content }] });
  expect((await gateway.post(chatPath, sent)).text).toBe(String(sent.length));
});

test('case 21: a larger body is a 413 that says the limit, announced or not, and goes nowhere', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const body = JSON.stringify({ ...chat, pad: 'x'.repeat(32 * MiB) });
  for (const headers of [authorized, { ...authorized, 'transfer-encoding': 'chunked' }]) {
    const answer = await http(gateway.place, 'POST', chatPath, body, headers);
    expect(answer.status).toBe(413);
    expect(answer.json.error).toMatchObject({ code: 'request_too_large', type: 'invalid_request_error' });
    expect(answer.json.error.message).toContain('32 MiB');
  }
  expect(upstream.calls).toHaveLength(0);
});

test('case 22: 15 KiB of headers, and 250 of them, are taken; the engine hears of few', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`x-a${at}`, 'v']));
  for (const headers of [{ cookie: 'x'.repeat(15_000) }, many]) {
    const answer = parseAnswer(await rawPost(gateway.port, chatPath, plainChat, { headers }).ended);
    expect(answer.head).toMatch(/^HTTP\/1\.1 200 /);
  }
  for (const call of upstream.calls) {
    expect(Object.keys(call.headers).length).toBeLessThan(20);
    expect(call.headers.cookie).toBeUndefined();
  }
});

test('case 22: more headers are a 431 in JSON', async () => {
  const gateway = await startTestGateway({});
  const headers = { cookie: 'x'.repeat(20_000) };
  const answer = parseAnswer(await rawPost(gateway.port, chatPath, plainChat, { headers }).ended);
  expect(answer.head).toMatch(/^HTTP\/1\.1 431 /);
  expect(JSON.parse(answer.body.toString()).error.code).toBe('headers_too_large');
});

// The protocol itself is not there yet; this much of case 23 holds for every route.
test.each([{ 'x-api-key': testKey }, { authorization: `Bearer ${testKey}` }])(
  "case 23: an Anthropic client's key is taken as %j and does not go to the engine",
  async (headers) => {
    await using upstream = await startUpstream(json({ ok: 1 }));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const answer = await gateway.post(chatPath, chat, { ...headers, 'anthropic-version': '2023-06-01' });
    expect(answer.status).toBe(200);
    const call = await upstream.call(1);
    expect(call.headers['x-api-key']).toBeUndefined();
    expect(call.headers.authorization).toBeUndefined();
  },
);

test.each([
  ['127.0.0.1:8080', 200],
  ['localhost', 200],
  ['[::1]:8080', 200],
  ['mybox.lan:8080', 200],
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost.evil.example:80', 403],
])(
  'case 25: a page whose name resolves to this machine gets nothing: Host %s is answered %i',
  async (host, status) => {
    await using upstream = await startUpstream(chatAnswer('x'));
    const gateway = await startTestGateway({
      upstream: upstream.endpoint,
      keys: [],
      config: { allowedHosts: ['mybox.lan'] },
    });
    const answer = await gateway.post(chatPath, chat, { host });
    expect(answer.status).toBe(status);
    expect(upstream.calls).toHaveLength(status === 200 ? 1 : 0);
  },
);
