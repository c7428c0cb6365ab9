import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultTimeouts } from '../../../src/gateway/options.ts';
import { startDeafServer } from '../../fakes/deaf-server.ts';
import { recordedBody, replay } from '../../fakes/recordings.ts';
import {
  beginStream,
  type Call,
  chatAnswer,
  chatEvent,
  type Script,
  silent,
  startUpstream,
  streamEnd,
} from '../../fakes/upstream.ts';
import { chunk, lastChunk, streamHead, wire } from '../../fakes/wire.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chat, chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

/** Begins a stream and leaves it open. */
const open =
  (...texts: readonly string[]): Script =>
  (call) => {
    beginStream(call);
    call.response.flushHeaders();
    for (const text of texts) call.response.write(text);
  };

/** The silence of a prompt that takes 11.5 minutes to read, and our limits, both 300 times as fast. */
const prefill = 690_000 / 300;
const scaled = { firstByte: defaultTimeouts.firstByte / 300, idle: defaultTimeouts.idle / 300 };

const late: Script = async (call: Call) => {
  await delay(prefill);
  await chatAnswer('late')(call);
};

test('case 06: ten minutes of prefill are allowed, before the head of an answer and after it', async () => {
  const scripts = [
    [late, plainChat],
    [wire([prefill, streamHead, chunk(streamEnd), lastChunk]), streamedChat],
    [wire([streamHead, prefill, chunk(streamEnd), lastChunk]), streamedChat],
  ] as const;
  const answers = scripts.map(async ([script, body]) => {
    await using upstream = await startUpstream(script);
    const gateway = await startTestGateway({ upstream: upstream.endpoint, options: { timeouts: scaled } });
    const { head } = parseAnswer(await rawPost(gateway.port, chatPath, body).ended);
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.calls).toHaveLength(1);
  });
  await Promise.all(answers);
});

test('case 06: the limits that are used unless others are set let twelve minutes pass', () => {
  expect(defaultTimeouts.firstByte).toBeGreaterThanOrEqual(720_000);
  expect(defaultTimeouts.idle).toBeGreaterThanOrEqual(720_000);
});

test.each([
  ['firstByte', silent],
  ['idle', open()],
] as const)(
  'case 06: a limit on silence that is reached (%s) says so, and nothing is sent twice',
  async (limit, script) => {
    await using upstream = await startUpstream(script);
    const gateway = await startTestGateway({
      upstream: upstream.endpoint,
      options: { timeouts: { [limit]: 100 } },
    });
    const answer = await gateway.post(chatPath, { ...chat, stream: true });
    const error = answer.status === 200 ? answer.events[0].error : answer.json.error;
    expect(error).toMatchObject({ code: 'upstream_timeout', type: 'server_error' });
    expect(error.message).toContain('0.1 s');
    expect(answer.status).toBe(limit === 'firstByte' ? 504 : 200);
    expect(upstream.calls).toHaveLength(1);
  },
);

test('a stream that falls silent ends with an error event', async () => {
  await using upstream = await startUpstream(open(chatEvent('one')));
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { idle: 100 } },
  });
  const answer = await gateway.post(chatPath, { ...chat, stream: true });
  expect(answer.events.map((event) => event.error?.code ?? 'text')).toEqual(['text', 'upstream_timeout']);
});

test('case 07: the head of a stream goes out before its first event', async () => {
  await using upstream = await startUpstream(open());
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until('\r\n\r\n');
  expect(client.received().toString()).toMatch(/^HTTP\/1.1 200 [\s\S]*x-accel-buffering: no/);
  client.leave();
});

test("case 07: an engine's own comments while a prompt is read reach the client one by one", async () => {
  await using upstream = await startUpstream(replay('keep-alive-stream', 0.1));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until(': keep-alive');
  expect(client.received().includes('data: ')).toBe(false);
  const { body } = parseAnswer(await client.ended);
  expect(body.toString()).toBe(recordedBody('keep-alive-stream'));
});

test('case 13: a model that hangs does not slow another one', async () => {
  await using hung = await startUpstream(silent);
  await using quick = await startUpstream(chatAnswer('quick'));
  const models = [
    { id: 'hung', upstream: hung.endpoint },
    { id: 'quick', upstream: quick.endpoint },
  ];
  const gateway = await startTestGateway({ models });
  const waiting = Array.from({ length: 50 }, () =>
    rawPost(gateway.port, chatPath, JSON.stringify({ ...chat, model: 'hung' })),
  );
  await hung.call(50);
  expect((await gateway.post(chatPath, { ...chat, model: 'quick' })).status).toBe(200);
  expect(hung.open).toBe(50);
  for (const client of waiting) client.leave();
});

test.skipIf(process.platform !== 'linux')(
  'case 13: a port that takes no connections is a 503 after the limit on connecting, however long answers may take',
  async () => {
    await using deaf = await startDeafServer();
    await using quick = await startUpstream(chatAnswer('quick'));
    const models = [
      { id: 'deaf', upstream: { url: deaf.url } },
      { id: 'quick', upstream: quick.endpoint },
    ];
    const gateway = await startTestGateway({ models, options: { timeouts: { connect: 100 } } });
    const refused = gateway.post(chatPath, { ...chat, model: 'deaf' });
    expect((await gateway.post(chatPath, { ...chat, model: 'quick' })).status).toBe(200);
    const { status, json, headers } = await refused;
    expect(status).toBe(503);
    expect(json.error.code).toBe('upstream_unreachable');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  },
);
