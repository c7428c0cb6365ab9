import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../src/api/models.ts';
import { type AskName, askedModel, asks } from '../../fakes/vllm-asks.ts';
import { http } from '../../support/http.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { startTap, type Tap } from '../../support/tap.ts';
import { startTestGateway, type TestGateway, testKey } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

/** An engine that the suite runs against: a real one, or one that was recorded. */
export interface EngineUnderTest {
  readonly endpoint: Endpoint;
  /** The name under which it knows its model. */
  readonly model: string;
}

interface Scene extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly tap: Tap;
}

/** The gateway before the engine, and between them something that listens. */
const begin = async ({ endpoint, model }: EngineUnderTest): Promise<Scene> => {
  const tap = await startTap(endpoint);
  const models = [{ id: askedModel, upstream: tap.endpoint, upstreamModel: model }];
  const gateway = await startTestGateway({ models });
  return { gateway, tap, [Symbol.asyncDispose]: () => tap[Symbol.asyncDispose]() };
};

/** What the engine says it works on or keeps waiting. */
const openRequests = async ({ endpoint }: EngineUnderTest): Promise<number> => {
  const place = 'socket' in endpoint ? { socketPath: endpoint.socket } : { port: portOf(endpoint.url) };
  const { text } = await http(place, 'GET', '/metrics');
  const gauges = text.matchAll(/^vllm:num_requests_(?:running|waiting)(?:\{[^}]*\})? ([\d.]+)$/gm);
  return [...gauges].reduce((sum, [, value]) => sum + Number(value), 0);
};

const portOf = (url: string): number => Number(new URL(url).port);

const untilIdle = async (engine: EngineUnderTest): Promise<void> => {
  while ((await openRequests(engine)) > 0) await delay(5);
};

/** What goes to the engine. */
const passed = (Object.keys(asks) as AskName[]).filter(
  (name) => asks[name].method === 'POST' && !['not-json', 'unknown-model', 'long-stream'].includes(name),
);

const bodyOf = (name: AskName): string => ('body' in asks[name] ? asks[name].body : '');

const statusIn = (head: string): string | undefined => /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];

const headerIn = (head: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];

/** The `data:` of an event stream, parsed. */
const eventsIn = (body: Buffer) =>
  body
    .toString()
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)));

/** The tests that hold for every engine. `engine` is asked for within a test. */
export const engineSuite = (engine: () => EngineUnderTest): void => {
  test.each(passed)('%s: request and answer pass byte for byte', async (name) => {
    await using scene = await begin(engine());
    const answer = parseAnswer(await rawPost(scene.gateway.port, asks[name].path, bodyOf(name)).ended);
    const original = parseAnswer(scene.tap.answered());
    expect(statusIn(answer.head)).toBe(statusIn(original.head));
    expect(headerIn(answer.head, 'content-type')).toBe(headerIn(original.head, 'content-type'));
    expect(answer.body.toString()).toBe(original.body.toString());
    const asked = bodyOf(name).replace(`"model":"${askedModel}"`, `"model":"${engine().model}"`);
    expect(parseAnswer(scene.tap.sent()).body.toString()).toBe(asked);
    expect(headerIn(answer.head, 'x-localai-model')).toBe(askedModel);
  });

  test('a model that nobody knows is served by ours', async () => {
    await using scene = await begin(engine());
    const answer = await scene.gateway.post(asks['unknown-model'].path, bodyOf('unknown-model'));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-localai-route']).toContain('unknown model');
  });

  test('what is no JSON is refused without asking the engine', async () => {
    await using scene = await begin(engine());
    const answer = await scene.gateway.post(asks['not-json'].path, bodyOf('not-json'));
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain('position 9');
    expect(scene.tap.sent()).toHaveLength(0);
  });

  test.each(['context-overflow', 'prompt-too-long', 'parameter-out-of-range', 'parameter-missing'] as const)(
    '%s is a 400 in the envelope that SDKs know',
    async (name) => {
      await using scene = await begin(engine());
      const { status, json } = await scene.gateway.post(asks[name].path, bodyOf(name));
      expect(status).toBe(400);
      expect(json.error).toMatchObject({ message: expect.any(String), type: expect.any(String), code: 400 });
    },
  );

  test('tokens are in the log, and in a stream only when its client asked for them', async () => {
    await using scene = await begin(engine());
    const { path } = asks.chat;
    const tokensOf = async (name: AskName) => {
      const answer = await scene.gateway.post(path, bodyOf(name), {
        authorization: `Bearer ${testKey}`,
        'x-request-id': name,
      });
      const line = await scene.gateway.logged(({ id }) => id === name);
      const logged = { prompt: line['promptTokens'], completion: line['completionTokens'] };
      return { answer, logged };
    };
    const plain = await tokensOf('chat');
    const { prompt_tokens, completion_tokens } = plain.answer.json.usage;
    expect(plain.logged).toEqual({ prompt: prompt_tokens, completion: completion_tokens });
    const asked = await tokensOf('chat-stream-usage');
    const usage = asked.answer.events.find((event) => event.usage)?.usage;
    expect(asked.logged).toEqual({ prompt: usage.prompt_tokens, completion: usage.completion_tokens });
    const silent = await tokensOf('chat-stream');
    expect(silent.answer.events.some((event) => event.usage)).toBe(false);
    expect(silent.answer.events.at(-1)).toBe('[DONE]');
  });

  test('events reach the client while the engine still writes', async () => {
    await using scene = await begin(engine());
    const client = rawPost(scene.gateway.port, asks['long-stream'].path, bodyOf('long-stream'));
    await client.until('"content":"');
    expect(scene.tap.answered().includes('[DONE]')).toBe(false);
    client.leave();
    await untilIdle(engine());
  });

  test.each([
    ['before the head', 'long-stream', ''],
    ['before the first event', 'long-stream', '\r\n\r\n'],
    ['within a stream', 'long-stream', '"content":"'],
    ['in a plain call', 'chat', ''],
  ] as const)('a client that leaves %s ends the work at the engine', async (_when, name, seen) => {
    await using scene = await begin(engine());
    for (let time = 1; time <= 5; time += 1) {
      const before = scene.tap.sent().length;
      const client = rawPost(scene.gateway.port, asks[name].path, bodyOf(name));
      while (scene.tap.sent().length === before) await delay(1);
      if (seen) await client.until(seen);
      client.leave();
      await untilIdle(engine());
    }
    expect((await scene.gateway.post(asks.chat.path, bodyOf('chat'))).status).toBe(200);
    expect(scene.gateway.log.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  test('twenty at once are all answered whole', async () => {
    await using scene = await begin(engine());
    const clients = Array.from({ length: 20 }, () =>
      rawPost(scene.gateway.port, asks['completion-stream'].path, bodyOf('completion-stream')),
    );
    for (const { ended } of clients) {
      const { body } = parseAnswer(await ended);
      expect(body.toString()).toMatch(/data: \[DONE]\n\n$/);
      expect(eventsIn(body).at(-1).choices[0].finish_reason).toMatch(/^(?:stop|length)$/);
    }
  });

  test('connections that were idle for about as long as the engine keeps them are no trouble', async () => {
    await using scene = await begin(engine());
    const ask = async (): Promise<number> =>
      (await scene.gateway.post(asks.tokenize.path, bodyOf('tokenize'))).status;
    const places = Array.from({ length: 40 }, (_, at) => at / 40);
    expect(await Promise.all(places.map(ask))).toEqual(places.map(() => 200));
    const asked = places.map(async (place) => {
      await delay(4500 + 1000 * place);
      return ask();
    });
    expect(await Promise.all(asked)).toEqual(places.map(() => 200));
  });

  test("OpenAI's SDK reads text and tool calls from streams", async () => {
    await using scene = await begin(engine());
    const client = new OpenAI({ apiKey: testKey, baseURL: `${scene.gateway.url}/v1`, maxRetries: 0 });
    const ask = (name: AskName) => {
      const body: OpenAI.ChatCompletionCreateParamsStreaming = JSON.parse(bodyOf(name));
      return client.chat.completions.create(body);
    };
    let text = '';
    for await (const { choices } of await ask('chat-stream')) text += choices[0]?.delta.content ?? '';
    expect(text.length).toBeGreaterThan(0);
    let called = '';
    let values = '';
    for await (const { choices } of await ask('tool-call-stream')) {
      const call = choices[0]?.delta.tool_calls?.[0]?.function;
      called += call?.name ?? '';
      values += call?.arguments ?? '';
    }
    expect(called).toBe('get_weather');
    expect(JSON.parse(values)).toBeDefined();
  });
};
