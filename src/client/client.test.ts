import { expect, test } from 'vitest';
import {
  answering,
  chatChunk,
  refusing,
  sendEnd,
  sendPieces,
  startGateway,
  streamEvent,
} from '../../test/support/scripted-gateway.ts';
import type { ChatEvent } from './chat.ts';
import { createClient } from './client.ts';

const question = { messages: [{ role: 'user', content: 'hi' }] } as const;
const never = new AbortController().signal;

const collect = async (events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> => {
  const all: ChatEvent[] = [];
  for await (const one of events) all.push(one);
  return all;
};

test('an answer comes as events, with what it was asked for', async () => {
  await using gateway = await startGateway(answering('Hel', 'lo'));
  const client = createClient({ url: `${gateway.url}/v1/`, key: 'k' });
  expect(await collect(client.chat({ ...question, model: 'tiny' }, never))).toEqual([
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'finish', reason: 'stop' },
    { type: 'usage', usage: { promptTokens: 7, completionTokens: 3 }, model: 'tiny' },
  ]);
  expect(gateway.seen).toMatchObject([
    {
      ...{ method: 'POST', path: '/v1/chat/completions', key: 'Bearer k' },
      body: { model: 'tiny', stream: true, stream_options: { include_usage: true } },
    },
  ]);
  await client.close();
});

test('letters and events that are cut between two packets are put together', async () => {
  await using gateway = await startGateway((response) => {
    const bytes = Buffer.from(`${chatChunk({ content: 'Grüße 🙂' })}data: [DONE]\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const byte of bytes) response.write(Uint8Array.of(byte));
    response.end();
  });
  const client = createClient({ url: gateway.url });
  expect(await collect(client.chat(question, never))).toEqual([{ type: 'text', text: 'Grüße 🙂' }]);
  await client.close();
});

test('reasoning is told apart under both of its names', async () => {
  await using gateway = await startGateway((response) => {
    sendPieces(response);
    response.write(chatChunk({ reasoning_content: 'a' }));
    response.write(chatChunk({ reasoning: 'b' }));
    sendEnd(response);
  });
  const client = createClient({ url: gateway.url });
  const events = await collect(client.chat(question, never));
  expect(events.filter(({ type }) => type === 'reasoning')).toEqual([
    { type: 'reasoning', text: 'a' },
    { type: 'reasoning', text: 'b' },
  ]);
  await client.close();
});

test.each([
  ['a wrong key', refusing(401, 'invalid_api_key', 'Missing or wrong API key.'), 'KEY_REFUSED'],
  ['a model that loads', refusing(503, 'model_loading', 'loading', { 'retry-after': '7' }), 'MODEL_LOADING'],
  ['another refusal', refusing(400, 'x', 'messages is empty'), 'REQUEST_FAILED'],
])('%s', async (_what, answer, code) => {
  await using gateway = await startGateway(answer);
  const client = createClient({ url: gateway.url });
  await expect(collect(client.chat(question, never))).rejects.toMatchObject({ code });
  await client.close();
});

test('Retry-After is handed on', async () => {
  await using gateway = await startGateway(refusing(503, 'model_loading', 'loading', { 'retry-after': '7' }));
  const client = createClient({ url: gateway.url });
  await expect(client.models(never)).rejects.toMatchObject({ params: { retryAfter: 7 } });
  await client.close();
});

test('an answer that is no JSON is quoted', async () => {
  await using gateway = await startGateway((response) => {
    response.writeHead(502).end('<h1>Bad gateway</h1>');
  });
  const client = createClient({ url: gateway.url });
  await expect(client.status(never)).rejects.toThrow('The gateway answered 502: <h1>Bad gateway</h1>');
  await client.close();
});

test('an error within the stream is thrown, after what had come', async () => {
  await using gateway = await startGateway((response) => {
    sendPieces(response, 'Half');
    response.end(streamEvent({ error: { message: 'The engine broke off.', code: 'upstream_died' } }));
  });
  const client = createClient({ url: gateway.url });
  const got: string[] = [];
  const reading = (async () => {
    for await (const one of client.chat(question, never)) if (one.type === 'text') got.push(one.text);
  })();
  await expect(reading).rejects.toThrow('The gateway answered with an error: The engine broke off.');
  expect(got).toEqual(['Half']);
  await client.close();
});

test.each([
  ['ends early', (response: { end: () => void }) => response.end()],
  ['is cut', (response: { destroy: () => void }) => response.destroy()],
])('a stream that %s is no whole answer', async (_how, stop) => {
  await using gateway = await startGateway((response) => {
    sendPieces(response, 'Half');
    setImmediate(() => stop(response));
  });
  const client = createClient({ url: gateway.url });
  await expect(collect(client.chat(question, never))).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
  await client.close();
});

test('an abort closes the connection and throws its reason', async () => {
  await using gateway = await startGateway((response) => sendPieces(response, 'one'));
  const client = createClient({ url: gateway.url });
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _one of client.chat(question, controller.signal)) controller.abort(new Error('enough'));
  })();
  await expect(reading).rejects.toThrow('enough');
  await gateway.clientLeft;
  await client.close();
});

test('nobody there', async () => {
  const client = createClient({ url: 'http://127.0.0.1:9' });
  await expect(client.models(never)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  await client.close();
});
