import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { beginStream, chatAnswer, chatEvent, chatStream, json, startUpstream } from '../fakes/upstream.ts';
import { readyStatus, startTestGateway, testKey } from './gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

const connect = async (script: Parameters<typeof startUpstream>[0], apiKey = testKey) => {
  const upstream = await startUpstream(script);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  return { upstream, gateway, client, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
};

test('chat', async () => {
  await using it = await connect(chatAnswer('Hello'));
  const { data, response } = await it.client.chat.completions
    .create({ model: 'tiny', messages })
    .withResponse();
  expect(data.choices[0]?.message.content).toBe('Hello');
  expect(response.headers.get('x-localai-model')).toBe('tiny');
});

test('a streamed chat', async () => {
  await using it = await connect(chatStream('Hel', 'lo'));
  let text = '';
  for await (const chunk of await it.client.chat.completions.create({
    model: 'tiny',
    messages,
    stream: true,
  })) {
    text += chunk.choices[0]?.delta.content ?? '';
  }
  expect(text).toBe('Hello');
});

test('embeddings in base64, as the SDK asks for them', async () => {
  const floats = new Float32Array([1, -0.5, 0.25]);
  const embedding = Buffer.from(floats.buffer).toString('base64');
  await using it = await connect(
    json({ object: 'list', model: 'tiny', data: [{ object: 'embedding', index: 0, embedding }] }),
  );
  const answer = await it.client.embeddings.create({ model: 'tiny', input: 'x' });
  expect(answer.data[0]?.embedding).toEqual([1, -0.5, 0.25]);
});

test('models', async () => {
  await using it = await connect(chatAnswer('x'));
  expect((await it.client.models.list()).data.map(({ id }) => id)).toEqual(['tiny']);
  expect((await it.client.models.retrieve('tiny')).id).toBe('tiny');
});

test('errors are the exceptions that the SDK has for them', async () => {
  await using wrong = await connect(chatAnswer('x'), 'wrong');
  const ask = { model: 'tiny', messages };
  await expect(wrong.client.chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  await using it = await connect(json({ error: { message: 'no', type: 'BadRequestError', code: 400 } }, 400));
  await expect(it.client.chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  it.gateway.states.set('tiny', readyStatus('tiny', { state: 'loading' }));
  await expect(it.client.chat.completions.create(ask)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
});

test('a stream that breaks off is an error, never a short answer', async () => {
  await using it = await connect((call) => {
    beginStream(call);
    call.response.write(chatEvent('Hel'));
  });
  const stream = await it.client.chat.completions.create({ model: 'tiny', messages, stream: true });
  const read = async (): Promise<void> => {
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content === 'Hel') (await it.upstream.call(1)).socket.destroy();
    }
  };
  await expect(read()).rejects.toThrow(/broke off/);
});

test('aborting a request reaches the engine', async () => {
  await using it = await connect(() => {});
  const abort = new AbortController();
  const asked = it.client.chat.completions.create({ model: 'tiny', messages }, { signal: abort.signal });
  const refused = expect(asked).rejects.toThrow(OpenAI.APIUserAbortError);
  const call = await it.upstream.call(1);
  abort.abort();
  await refused;
  await call.closed;
});
