import { expect, test } from 'vitest';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  chatStream,
  json,
  type Script,
  silent,
  startUpstream,
  streamEnd,
} from '../fakes/upstream.ts';
import { gzipped } from '../fakes/wire.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { until } from '../support/until.ts';
import { chat, chatPath, plainChat, streamedChat } from './chats.ts';
import { authorized, startTestGateway, waitingFor } from './gateway.ts';
import { type RawClient, rawPost } from './raw-client.ts';

const open =
  (...texts: readonly (string | Uint8Array)[]): Script =>
  (call) => {
    beginStream(call);
    call.response.flushHeaders();
    for (const text of texts) call.response.write(text);
  };

/** Resolves once a client has had that many comments. */
const comments = (client: RawClient, count: number): Promise<void> =>
  until(() => client.received().toString().split(': keepalive').length > count);

const often = { streams: { keepalive: 0.02 } };
const early = { streams: { keepalive: 0.02, headAfter: 0.04 } };

test('a silent prefill gets comments, and then its answer byte for byte', async () => {
  await using upstream = await startUpstream(open());
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config: often });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until(': keepalive\n\n');
  const { response } = await upstream.call(1);
  response.write(chatEvent('one'));
  await client.until('one');
  response.end(streamEnd);
  const body = parseAnswer(await client.ended).body.toString();
  expect(body.replaceAll(': keepalive\n\n', '')).toBe(chatEvent('one') + streamEnd);
  expect(body).toMatch(/^: keepalive\n\n/);
});

test('within an event there is none, however long it takes', async () => {
  await using upstream = await startUpstream(open('data: {"a":'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config: often });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until('{"a":');
  upstream.script = open();
  const beside = rawPost(gateway.port, chatPath, streamedChat);
  await comments(beside, 3);
  expect(client.received().includes('keepalive')).toBe(false);
  const { response } = await upstream.call(1);
  response.write('1}\n\n');
  await comments(client, 1);
  response.end(streamEnd);
  const body = parseAnswer(await client.ended).body.toString();
  expect(body.replaceAll(': keepalive\n\n', '')).toBe(`data: {"a":1}\n\n${streamEnd}`);
  expect(body).toMatch(/^data: {"a":1}\n\n: keepalive/);
  beside.leave();
});

test.each([
  ['0 s', { streams: { keepalive: 0 } }, open(), streamedChat],
  ['an answer that is no stream', often, silent, plainChat],
] as const)('%s: no comments', async (_what, config, script, body) => {
  await using upstream = await startUpstream(script);
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config });
  const quiet = rawPost(gateway.port, chatPath, body);
  await upstream.call(1);
  // One that does get them shows that there was time enough.
  const noisy = await startTestGateway({ upstream: upstream.endpoint, config: often });
  upstream.script = open();
  const beside = rawPost(noisy.port, chatPath, streamedChat);
  await comments(beside, 3);
  expect(quiet.received().includes('keepalive')).toBe(false);
  quiet.leave();
  beside.leave();
});

test('nothing is put into a compressed stream: no comment, and when its engine dies no event', async () => {
  const [bytes = Buffer.alloc(0)] = gzipped([chatEvent('one')]);
  await using upstream = await startUpstream((call) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    call.response.write(bytes);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config: often });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until(Buffer.from(bytes));
  const { socket } = await upstream.call(1);
  upstream.script = open();
  const beside = rawPost(gateway.port, chatPath, streamedChat);
  await comments(beside, 3);
  socket.resetAndDestroy();
  const raw = await client.ended;
  expect(raw.includes('keepalive') || raw.includes('upstream_died')).toBe(false);
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'UPSTREAM_DIED' });
  beside.leave();
});

test('a place in line is told in comments once the head is out, and the answer follows', async () => {
  await using upstream = await startUpstream(silent);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models, config: early });
  const running = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(1);
  const [second, third] = [1, 2].map(() => rawPost(gateway.port, chatPath, streamedChat));
  if (!second || !third) throw new Error('two were sent');
  await second.until(': queued 1\n\n');
  await third.until(': queued 2\n\n');
  expect(parseAnswer(third.received()).head).toMatch(/^HTTP\/1.1 200 [\s\S]*x-localai-queue-position: 2/);
  upstream.script = chatStream('hello');
  running.leave();
  for (const client of [second, third]) {
    const body = parseAnswer(await client.ended).body.toString();
    expect(body.replaceAll(/: (?:queued \d|keepalive)\n\n/g, '')).toBe(chatEvent('hello') + streamEnd);
  }
});

test.each([
  ['an error of the engine', json({ error: { message: 'too long', code: 400 } }, 400), 'too long'],
  ['a page of a proxy', json('Bad Gateway', 502), '502 instead of a stream'],
  ['no stream at all', chatAnswer('all at once'), '200 instead of a stream'],
] as const)(
  'once the head is out, %s is an event: a status can no longer be told',
  async (_what, script, text) => {
    await using upstream = await startUpstream(silent);
    const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
    const gateway = await startTestGateway({ models, config: early });
    const running = rawPost(gateway.port, chatPath, plainChat);
    await upstream.call(1);
    const client = rawPost(gateway.port, chatPath, streamedChat);
    await client.until(': queued');
    upstream.script = script;
    running.leave();
    const body = parseAnswer(await client.ended).body.toString();
    const last = JSON.parse((body.trimEnd().split('\n\n').at(-1) ?? '').replace(/^data: /, ''));
    expect(last.error.message).toContain(text);
    expect(await gateway.logged(({ error }) => error !== undefined)).toMatchObject({
      error: 'UPSTREAM_REFUSED',
    });
  },
);

test('without that setting a refusal keeps its status, however long it was waited for', async () => {
  await using upstream = await startUpstream(silent);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models, config: often });
  const running = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(1);
  const waiting = gateway.post(chatPath, { ...chat, stream: true });
  await waitingFor(gateway, 1);
  const beside = rawPost(gateway.port, chatPath, streamedChat);
  await waitingFor(gateway, 2);
  upstream.script = json({ error: { message: 'too long' } }, 400);
  running.leave();
  expect((await waiting).status).toBe(400);
  beside.leave();
});

test('a time that is over after the head went out is an event, too', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config: early });
  const answer = await gateway.post(
    chatPath,
    { ...chat, stream: true },
    { ...authorized, 'x-request-timeout': '200ms' },
  );
  expect(answer.status).toBe(200);
  expect(answer.events.at(-1).error.code).toBe('request_deadline');
});
