import { brotliCompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recordedBody, replay } from '../../fakes/recordings.ts';
import { beginStream, type Call, chatEvent, startUpstream, streamEnd } from '../../fakes/upstream.ts';
import { chunk, cutAt, gzipped, head, lastChunk, stream, streamHead, wire } from '../../fakes/wire.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

test('case 14: a stream of emoji, cut at every byte, arrives byte for byte', async () => {
  const whole = Buffer.from(chatEvent('日本語 👩‍👩‍👧 é') + streamEnd);
  let at = 0;
  await using upstream = await startUpstream((call) => wire(stream(cutAt(whole, at)))(call));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  for (at = 0; at <= whole.length; at += 1) {
    const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
    expect(body.equals(whole)).toBe(true);
  }
});

test.each([
  ['CRLF', 'data: {"a":1}\r\n\r\ndata: [DONE]\r\n\r\n'],
  ['CR alone', 'data: {"a":1}\r\rdata: [DONE]\r\r'],
  ['comments and other fields', ': hello\n\nevent: x\nid: 7\nretry: 10\ndata: 1\n\n:\n\ndata: [DONE]\n\n'],
  ['no space after the colon', 'data:{"a":1}\n\ndata:[DONE]\n\n'],
  ['an event over several lines', 'data: {"a":\ndata: 1}\n\ndata: [DONE]\n\n'],
  ['a byte order mark', '\ufeffdata: {"a":1}\n\ndata: [DONE]\n\n'],
  ['no blank line at the end', 'data: {"a":1}\n\ndata: [DONE]'],
])('case 15: a stream with %s arrives byte for byte, split anywhere or all at once', async (_what, text) => {
  const whole = Buffer.from(text);
  let pieces: readonly Uint8Array[] = [whole];
  await using upstream = await startUpstream((call) => wire(stream(pieces))(call));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const places = Array.from(whole.keys());
  for (pieces of [[whole], ...places.map((at) => cutAt(whole, at, at + 1))]) {
    const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
    expect(body.toString()).toBe(text);
  }
});

const asCompressed = { 'accept-encoding': 'gzip, br' };

test('case 16: nothing is asked for compressed, and an engine that compresses all the same passes through', async () => {
  const bytes = brotliCompressSync('{"answer":42}');
  const fields = { 'content-type': 'application/json', 'content-encoding': 'br' };
  await using upstream = await startUpstream(
    wire([head('200 OK', { ...fields, 'content-length': String(bytes.length) }), bytes]),
  );
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = parseAnswer(
    await rawPost(gateway.port, chatPath, plainChat, { headers: asCompressed }).ended,
  );
  expect((await upstream.call(1)).headers['accept-encoding']).toBe('identity');
  expect(answer.head).toMatch(/content-encoding: br/);
  expect(answer.head).toContain(`content-length: ${bytes.length}`);
  expect(answer.body.equals(bytes)).toBe(true);
});

test('case 16: compressed events arrive one by one', async () => {
  const events = [chatEvent('one'), chatEvent('two'), streamEnd];
  const compressed = gzipped(events);
  let go = (): void => {};
  await using upstream = await startUpstream(async (call: Call) => {
    call.response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    for (const bytes of compressed) {
      call.response.write(bytes);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    }
    call.response.end();
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, streamedChat, { headers: asCompressed });
  for (const bytes of compressed) {
    // The engine writes the next one only after this one is here.
    await client.until(Buffer.from(bytes));
    go();
  }
  const answer = parseAnswer(await client.ended);
  expect(answer.head).toMatch(/content-encoding: gzip/);
  expect(answer.head).not.toMatch(/content-length/);
  expect(gunzipSync(answer.body).toString()).toBe(events.join(''));
});

test.each([
  ['chat-stream', undefined, undefined],
  ['chat-stream-usage', 34, 24],
] as const)(
  'case 17: usage reaches the log and only clients that asked for it: %s',
  async (name, prompt, completion) => {
    await using upstream = await startUpstream(replay(name));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
    expect(body.toString()).toBe(recordedBody(name));
    expect(body.includes('"choices":[],')).toBe(prompt !== undefined);
    const line = await gateway.logged(({ msg }) => msg === 'request');
    expect([line['promptTokens'], line['completionTokens']]).toEqual([prompt, completion]);
  },
);

test.each(['tool-call', 'tool-call-stream', 'chat-stream-two-choices'] as const)(
  'case 18: %s of a real vLLM arrives byte for byte',
  async (name) => {
    await using upstream = await startUpstream(replay(name));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
    expect(body.toString()).toBe(recordedBody(name));
  },
);

test('case 18, 19: parallel tool calls and fields that nobody knows pass through untouched', async () => {
  const text =
    'data:{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"},{"index":1,"id":"b"}]}}]}\n\n' +
    'data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}],"vllm_only":1}\n\ndata: [DONE]\n\n';
  await using upstream = await startUpstream(wire([streamHead, chunk(text), lastChunk]));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const body = JSON.stringify({
    ...{ model: 'tiny', messages: [], stream: true, top_k: 5, min_p: 0.1, seed: 2 ** 53 },
    ...{ chat_template_kwargs: { enable_thinking: false }, structured_outputs: { json: {} } },
  });
  const client = rawPost(gateway.port, chatPath, body);
  expect(parseAnswer(await client.ended).body.toString()).toBe(text);
  expect((await upstream.call(1)).body.toString()).toBe(body);
});

test('case 19: a request that goes to an engine under another name differs in nothing else', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.end(streamEnd);
  });
  const models = [{ id: 'tiny', upstream: upstream.endpoint, upstreamModel: 'Org/Tiny' }];
  const gateway = await startTestGateway({ models });
  const body = (model: string): string =>
    `{ "top_k" : 5,"seed":12345678901234567890, "reasoning":{"effort":"low"},\n"model": "${model}",` +
    '"messages":[{"model":"tiny","content":"\\ud83d\\ude00 日本"}], "temperature":1.0}';
  await rawPost(gateway.port, chatPath, body('tiny')).ended;
  expect((await upstream.call(1)).body.toString()).toBe(body('Org/Tiny'));
});

test('interim answers of an engine are not taken for its answer', async () => {
  const early = 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
  await using upstream = await startUpstream(
    wire([early, 20, head('200 OK', { 'content-type': 'application/json', 'content-length': '2' }), '{}']),
  );
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = parseAnswer(await rawPost(gateway.port, chatPath, plainChat).ended);
  expect(answer.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(answer.head).not.toContain('link');
  expect(answer.body.toString()).toBe('{}');
});

test('a head that trickles in a few bytes at a time is read', async () => {
  const bytes = Buffer.from(head('200 OK', { 'content-type': 'application/json', 'content-length': '2' }));
  const places = Array.from({ length: Math.floor(bytes.length / 3) }, (_, at) => at * 3);
  await using upstream = await startUpstream(wire([...cutAt(bytes, ...places), '{}']));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const { body } = parseAnswer(await rawPost(gateway.port, chatPath, plainChat).ended);
  expect(body.toString()).toBe('{}');
});
