import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { recordedBody, replay } from '../../fakes/recordings.ts';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  inTurn,
  json,
  reset,
  type Script,
  startUpstream,
  streamEnd,
} from '../../fakes/upstream.ts';
import { chunk, cutAt, lastChunk, streamHead, wire } from '../../fakes/wire.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chat, chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

/** The data of the last event, as a client reads it. */
const lastEvent = (body: string) => {
  let last = '';
  const onEvent = ({ data }: { readonly data: string }): void => {
    last = data;
  };
  createParser({ onEvent }).feed(body);
  return JSON.parse(last);
};

test('case 08: an engine that dies within a stream, at whatever byte, ends it with an error event', async () => {
  const events = Buffer.from(chatEvent('日') + streamEnd.replace('data: [DONE]\n\n', ''));
  const whole = Buffer.concat([Buffer.from(streamHead), chunk(events), Buffer.from(lastChunk)]);
  const bodyStart = streamHead.length + chunk(events).indexOf('data: ');
  let at = 0;
  await using upstream = await startUpstream((call) => {
    const [first = Buffer.alloc(0)] = cutAt(whole, at);
    return wire([first], 'reset')(call);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  for (at = streamHead.length; at < whole.length; at += 1) {
    const { head, body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
    // A reset right after the head may overtake it; then nothing was sent and it is a plain error.
    if (head.startsWith('HTTP/1.1 502')) continue;
    const text = body.toString('latin1');
    const sent = events.subarray(0, Math.max(0, at - bodyStart)).toString('latin1');
    const kept = text.slice(0, text.lastIndexOf('data: {"error"')).trimEnd();
    expect(sent.startsWith(kept), `cut at ${at}`).toBe(true);
    expect(lastEvent(body.toString()).error, `cut at ${at}`).toMatchObject({
      code: 'upstream_died',
      type: 'server_error',
    });
    expect(text).not.toContain('[DONE]');
  }
  expect(gateway.log.some(({ error }) => error === 'UPSTREAM_DIED')).toBe(true);
});

test.each([
  ['between events', ''],
  ['within an event', 'data: {"choices":[{"delta":{"content":"tw'],
])(
  'case 08: what came before an engine died %s stands, and the error is an event of its own',
  async (_where, half) => {
    await using upstream = await startUpstream((call) => {
      beginStream(call);
      call.response.write(chatEvent('one'));
      call.response.write(half);
    });
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const client = rawPost(gateway.port, chatPath, streamedChat);
    await client.until(half || 'one');
    (await upstream.call(1)).socket.destroy();
    const body = parseAnswer(await client.ended).body.toString();
    expect(body.startsWith(chatEvent('one') + half)).toBe(true);
    expect(lastEvent(body).error).toMatchObject({ code: 'upstream_died', type: 'server_error' });
    const line = await gateway.logged(({ msg }) => msg === 'request');
    expect(line).toMatchObject({ status: 200, error: 'UPSTREAM_DIED' });
  },
);

test('case 08: an engine that says within a stream that it failed is passed on, and counted as a failure', async () => {
  await using upstream = await startUpstream(replay('engine-death-stream'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
  expect(body.toString()).toBe(recordedBody('engine-death-stream'));
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ status: 200, error: 'UPSTREAM_DIED' });
});

test('case 08: an engine that dies after the head of a plain answer is a 502, not half an answer', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n';
  await using upstream = await startUpstream(wire([head, 20], 'reset'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.code).toBe('upstream_died');
});

test('case 08: an engine that dies within a plain answer breaks it off, so that nobody takes it for whole', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n';
  await using upstream = await startUpstream(wire([`${head}{"a":`], 'open'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, plainChat);
  await client.until('{"a":');
  (await upstream.call(1)).socket.destroy();
  const answer = parseAnswer(await client.ended);
  expect(answer.head).toMatch(/content-length: 50/);
  expect(answer.body.toString()).toBe('{"a":');
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'UPSTREAM_DIED' });
});

test.each([
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-ty'],
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a head without its end', 'HTTP/1.1 200 OK\r\nx: y\r\n'],
])('case 08: %s from an engine is a 502', async (_what, bytes) => {
  await using upstream = await startUpstream(wire([bytes], 'closed'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.type).toBe('server_error');
});

test.each([400, 404, 422, 429, 500, 503])(
  "case 09: an engine's %i reaches the client as it is, streamed or not",
  async (status) => {
    const error = { error: { message: 'no', type: 'X', param: 'y', code: status } };
    await using upstream = await startUpstream(json(error, status, { 'retry-after': '7' }));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    for (const stream of [false, true]) {
      const answer = await gateway.post(chatPath, { ...chat, stream });
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual(error);
      expect(answer.headers['retry-after']).toBe('7');
    }
  },
);

test.each(['context-overflow', 'prompt-too-long', 'unknown-model', 'engine-death'] as const)(
  "case 09: vLLM's own answer to a stream that cannot begin (%s) keeps its status",
  async (name) => {
    await using upstream = await startUpstream(replay(name));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const answer = await gateway.post(chatPath, { ...chat, stream: true });
    expect(answer.status).toBe(answer.json.error.code);
    expect(answer.text).toBe(recordedBody(name));
  },
);

/** Ends an answer after its first bytes, in whatever way. */
const begun: readonly (readonly [string, Script])[] = [
  ['a stream', wire([streamHead, chunk(chatEvent('once')), 20], 'reset')],
  ['a plain answer', wire(['HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"once":', 20], 'reset')],
];

test.each(begun)('case 10: %s that has begun is never asked for again', async (_what, script) => {
  await using upstream = await startUpstream(inTurn(script, chatAnswer('twice')));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
  expect(body.toString().split('once')).toHaveLength(2);
  expect(body.toString()).not.toContain('twice');
  expect(upstream.calls).toHaveLength(1);
});

test('case 10: an engine that resets every time is asked twice, not for ever', async () => {
  await using upstream = await startUpstream(reset);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat);
  expect(answer.status).toBe(502);
  expect(answer.json.error.code).toBe('upstream_died');
  expect(upstream.calls).toHaveLength(2);
});
