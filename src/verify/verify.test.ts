import { describe, expect, test } from 'vitest';
import { obligingEngine, type Spoil } from '../../test/fakes/obliging-engine.ts';
import { type Replacement, startSpoilingProxy } from '../../test/fakes/spoiling-proxy.ts';
import { startUpstream } from '../../test/fakes/upstream.ts';
import { startTestGateway, type TestGateway, testKey } from '../../test/gateway/gateway.ts';
import { verifyGateway } from '../../test/support/verify-scene.ts';
import { checkIds } from './check-list.ts';
import { tokensIn } from './long-prompt.ts';
import type { CheckResult } from './result.ts';

const able = { chat: true, tools: true, reasoning: false, vision: false, fim: true, embeddings: true };

/** A gateway before an engine that does as it should, but for what is spoiled. */
const begin = async (
  spoil?: Spoil,
  capabilities: object = able,
): Promise<AsyncDisposable & { readonly gateway: TestGateway }> => {
  const upstream = await startUpstream(obligingEngine(spoil));
  const models = [{ id: 'tiny', upstream: upstream.endpoint, capabilities: { ...able, ...capabilities } }];
  const gateway = await startTestGateway({ models });
  return { gateway, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
};

const failed = (checks: readonly CheckResult[]): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ id }) => id);

test('a good gateway and an able model: every check is ok, in the order of the list', async () => {
  await using scene = await begin();
  const report = await verifyGateway(scene.gateway.url, testKey);
  expect(report.checks.map(({ id, status, evidence }) => [id, status, evidence])).toEqual(
    checkIds.map((id) => [id, 'ok', expect.any(String)]),
  );
  expect(report).toMatchObject({ schemaVersion: 1, models: ['tiny'], passed: true });
  expect(report.counts).toEqual({ ok: checkIds.length, failed: 0, 'not-able': 0, skipped: 0 });
  expect(checkIds.length).toBeGreaterThanOrEqual(16);
});

/** Changes the one choice of an answer. */
const inChoice =
  (
    kind: 'chat' | 'chunk',
    change: (choice: Parameters<Spoil>[0], asked: Parameters<Spoil>[2]) => void,
  ): Spoil =>
  (value, of, asked) => {
    if (of === kind) for (const choice of value.choices) change(choice, asked);
    return value;
  };

const spoilCall = (change: (call: Parameters<Spoil>[0]) => void): Spoil =>
  inChoice('chat', ({ message }) => message.tool_calls?.forEach(change));

describe('what an engine or the way to it does wrong is found by its check', () => {
  const cases: readonly (readonly [check: string, what: string, spoil: Spoil, seen: RegExp])[] = [
    [
      'chat',
      'an empty answer',
      inChoice('chat', (one) => Object.assign(one.message, { content: '' })),
      /empty/,
    ],
    [
      'chat',
      'usage that does not add up',
      (v) => ({ ...v, usage: { ...v.usage, total_tokens: 1 } }),
      /add up/,
    ],
    ['chat', 'no usage', ({ usage: _, ...rest }) => rest, /usage/],
    [
      'chat',
      'another form',
      (v, kind) => (kind === 'chat' ? { answer: 'hi' } : v),
      /not as clients read it: id/,
    ],
    ['stream', 'a stream that breaks off', (v) => (v.choices[0]?.finish_reason ? 'cut' : v), /broke off/],
    ['stream', 'no finish_reason', (v) => (v.choices?.[0]?.finish_reason ? undefined : v), /finish_reason/],
    ['stream', 'no text', inChoice('chunk', (one) => Object.assign(one.delta, { content: '' })), /no text/],
    [
      'stream',
      'all in one piece',
      (v) => (v.choices[0]?.delta.content?.startsWith('The') || !v.choices[0]?.delta.content ? v : undefined),
      /one piece/,
    ],
    ['stream', 'an error in the stream', () => ({ error: { message: 'CUDA is gone' } }), /CUDA is gone/],
    [
      'usage',
      'no usage in the stream',
      (v, kind) => (kind === 'chunk' && v.usage ? undefined : v),
      /has none/,
    ],
    [
      'usage',
      'usage without having been asked',
      (v, kind, asked) =>
        kind === 'chunk' && !asked.stream_options
          ? { ...v, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
          : v,
      /not asked for usage/,
    ],
    [
      'max-tokens',
      'a limit that is ignored',
      (v) => ({ ...v, usage: { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10 } }),
      /wrote 9 tokens/,
    ],
    [
      'max-tokens',
      'the wrong reason',
      inChoice('chat', (one) => Object.assign(one, { finish_reason: 'stop' })),
      /must be length/,
    ],
    [
      'completion',
      'no text',
      (v, kind) => (kind === 'completion' ? { ...v, choices: [{ ...v.choices[0], text: '' }] } : v),
      /nothing/,
    ],
    [
      'tool-forced',
      'another tool',
      spoilCall((call) => Object.assign(call.function, { name: 'get_time', arguments: '{"city": "Oslo"}' })),
      /was told get_weather/,
    ],
    [
      'tool-forced',
      'arguments that are no JSON',
      spoilCall((call) => Object.assign(call.function, { arguments: '{"city": ' })),
      /no JSON/,
    ],
    [
      'tool-forced',
      'arguments that the tool does not take',
      spoilCall((call) => Object.assign(call.function, { arguments: '"Paris"' })),
      /arguments of get_weather/,
    ],
    [
      'tool-required',
      'no call though the model is said to make them',
      inChoice('chat', (one) => Object.assign(one, { message: { role: 'assistant', content: 'no' } })),
      /no call/,
    ],
    [
      'tool-required',
      'one id for two calls',
      spoilCall((call) => Object.assign(call, { id: 'same' })),
      /same id/,
    ],
    [
      'tool-stream',
      'a part of a call that is lost',
      (v) => (v.choices[0]?.delta.tool_calls?.[0].function.arguments.startsWith('{') ? undefined : v),
      /no JSON/,
    ],
    [
      'tool-stream',
      'a call without its id',
      inChoice('chunk', ({ delta }) => {
        if (delta.tool_calls)
          delta.tool_calls = delta.tool_calls.map(({ id: _, ...call }: { id?: string }) => call);
      }),
      /without its id/,
    ],
    [
      'tool-free',
      'a tool that is not there',
      spoilCall((c) => Object.assign(c.function, { name: 'rm' })),
      /rm/,
    ],
    [
      'tool-parallel-forced',
      'one call where a schema wants two',
      inChoice('chat', ({ message }, asked) => {
        if (asked.response_format) message.content = JSON.stringify(JSON.parse(message.content).slice(0, 1));
      }),
      /not as clients read it/,
    ],
    [
      'json-schema',
      'an answer of another form',
      inChoice('chat', ({ message }) => Object.assign(message, { content: '{"colour": "mauve"}' })),
      /colour/,
    ],
    [
      'json-object',
      'words around the JSON',
      inChoice('chat', ({ message }) => Object.assign(message, { content: 'Sure: {"ok": true}' })),
      /no JSON/,
    ],
    [
      'fim',
      'nothing filled in',
      (v, kind) => (kind === 'completion' ? { ...v, choices: [{ ...v.choices[0], text: ' ' }] } : v),
      /nothing/,
    ],
    [
      'embeddings',
      'other vectors for the same text',
      (v) => ({
        ...v,
        data: v.data?.map((one: object, at: number) => ({
          ...one,
          embedding: at === 2 ? [-9, 1, 0] : [1, 2, 3],
        })),
      }),
      /alike/,
    ],
    [
      'long-context',
      'a prompt that is cut in silence',
      (v) => ({
        ...v,
        usage: { ...v.usage, prompt_tokens: 700, total_tokens: 700 + v.usage?.completion_tokens },
      }),
      /usage is wrong/,
    ],
    [
      'concurrency',
      'one client gets the answer of another',
      inChoice('chunk', ({ delta }) => {
        if (delta.content) delta.content = delta.content.replace('client-3', 'client-4');
      }),
      /1 of 8 had no good answer: answer 3/,
    ],
  ];

  test.each(cases)('%s: %s', async (check, _what, spoil, seen) => {
    await using scene = await begin(spoil);
    const { checks, passed } = await verifyGateway(scene.gateway.url, testKey, [check]);
    expect(checks).toMatchObject([{ id: check, status: 'failed', evidence: expect.stringMatching(seen) }]);
    expect(passed).toBe(false);
  });
});

describe('what the gateway does wrong is found by its check', () => {
  const replace =
    (
      path: string,
      body: string,
      more: { readonly status?: number; readonly type?: string } = {},
    ): Replacement =>
    (asked) =>
      asked === path ? { body, ...more } : undefined;
  const anyKey: Replacement = (path, { headers }) =>
    path === '/v1/models' && headers.authorization !== `Bearer ${testKey}` ? { body: '{}' } : undefined;
  const html = { type: 'text/html' };
  const cases: readonly (readonly [check: string, what: string, replace: Replacement, seen: RegExp])[] = [
    ['health', 'another word', replace('/health', '{"status": "ok"}'), /healthy/],
    ['health', 'an error', replace('/health', 'bad gateway', { status: 502 }), /502: bad gateway/],
    ['ready', 'nothing is ready', replace('/ready', '{"status":"no","models":{}}'), /does not name tiny/],
    [
      'ready',
      'a broken model',
      replace('/ready', '{"status":"ready","models":{"tiny":{"status":"error","reason":"out of memory"}}}'),
      /tiny: out of memory/,
    ],
    ['wrong-key', 'any key is taken', anyKey, /answered 200/],
    ['missing-key', 'no key is taken', anyKey, /answered 200/],
    ['bad-request', 'a fault of its own', replace('/v1/chat/completions', '{}', { status: 500 }), /500/],
    ['ui', 'no page', replace('/', '{}'), /no HTML/],
    [
      'ui',
      'a script that is not there',
      replace('/', '<title>x</title><script type="module" src="/assets/gone.js"></script>', html),
      /gone\.js: 404/,
    ],
    ['metrics', 'another format', replace('/metrics', '{"requests": 3}'), /Prometheus would not read/],
    ['metrics', 'nothing was counted', replace('/metrics', 'up 1\n', { type: 'text/plain' }), /no answered/],
    [
      'cancel',
      'a place that stays taken',
      (() => {
        let looks = 0;
        return (path) => {
          if (path !== '/api/status') return undefined;
          looks += 1;
          return { body: `{"queues":{"tiny":{"running":${looks > 1 ? 1 : 0},"waiting":0}}}` };
        };
      })(),
      /1 requests still run/,
    ],
  ];

  test.each(cases)('%s: %s', async (check, _what, replacement, seen) => {
    await using scene = await begin();
    const url = await startSpoilingProxy(scene.gateway.port, replacement);
    const { checks } = await verifyGateway(url, testKey, [check]);
    expect(checks).toMatchObject([{ id: check, status: 'failed', evidence: expect.stringMatching(seen) }]);
  });
});

describe('a model that can less', () => {
  const inWords = inChoice('chat', ({ message }, asked) => {
    if (asked.tools && !asked.tool_choice)
      Object.assign(message, { content: 'Sunny.', tool_calls: undefined });
  });

  test('a free choice in words is “not able” beside the forced call, and no failure', async () => {
    await using scene = await begin(inWords);
    const report = await verifyGateway(scene.gateway.url, testKey, ['tool-forced', 'tool-free']);
    expect(report.checks.map(({ id, status }) => [id, status])).toEqual([
      ['tool-forced', 'ok'],
      ['tool-free', 'not-able'],
    ]);
    expect(report.passed).toBe(true);
  });

  test('without the forced call beside it there is no excuse', async () => {
    await using scene = await begin(inWords);
    const { checks } = await verifyGateway(scene.gateway.url, testKey, ['tool-free']);
    expect(checks).toMatchObject([{ status: 'failed', evidence: expect.stringContaining('nothing forced') }]);
  });

  test('one call for two, and a code that is not found, are excused by what is forced', async () => {
    const spoil = inChoice('chat', ({ message }, asked) => {
      if (asked.tool_choice === 'required') message.tool_calls.splice(1);
      if (message.content === 'silver-otter') message.content = 'I do not know.';
    });
    await using scene = await begin(spoil);
    const only = ['tool-parallel', 'tool-parallel-forced', 'long-context', 'long-recall'];
    const { checks } = await verifyGateway(scene.gateway.url, testKey, only);
    expect(Object.fromEntries(checks.map(({ id, status }) => [id, status]))).toEqual({
      'tool-parallel-forced': 'ok',
      'tool-parallel': 'not-able',
      'long-context': 'ok',
      'long-recall': 'not-able',
    });
  });

  test('what was never promised is skipped, not failed', async () => {
    await using scene = await begin(undefined, { fim: false });
    const { checks } = await verifyGateway(scene.gateway.url, testKey, ['fim']);
    expect(checks).toMatchObject([{ status: 'skipped', evidence: expect.stringContaining('not made') }]);
  });

  test('a forced call that is passed over is a failure only of a model that is said to call tools', async () => {
    const silent = inChoice('chat', (one) =>
      Object.assign(one, { message: { role: 'assistant', content: 'no' } }),
    );
    await using scene = await begin(silent, { tools: false });
    const { checks } = await verifyGateway(scene.gateway.url, testKey, ['tool-forced', 'tool-free']);
    expect(checks).toMatchObject([
      { status: 'skipped', evidence: expect.stringContaining('served without tools') },
      { id: 'tool-free', status: 'skipped' },
    ]);
  });

  test('bad calls of a model that is not said to call tools are no failure, those of another are', async () => {
    const bad = spoilCall((call) => Object.assign(call.function, { arguments: '"gaben"' }));
    await using scene = await begin(bad, { tools: false });
    const { checks } = await verifyGateway(scene.gateway.url, testKey, ['tool-forced']);
    expect(checks).toMatchObject([{ status: 'skipped', evidence: expect.stringContaining('gaben') }]);
  });

  test('an engine that passes over `suffix` is asked with the model’s own tokens', async () => {
    const deaf: Spoil = (value, kind) =>
      kind === 'completion'
        ? { ...value, usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } }
        : value;
    await using upstream = await startUpstream(obligingEngine(deaf));
    const models = [{ id: 'qwen-tiny', upstream: upstream.endpoint, capabilities: able }];
    const gateway = await startTestGateway({ models });
    const { checks } = await verifyGateway(gateway.url, testKey, ['fim']);
    expect(checks).toMatchObject([{ status: 'ok', evidence: expect.stringContaining('its own tokens') }]);
    const asked = upstream.calls.map(({ body }) => JSON.parse(body.toString()).prompt);
    expect(asked.at(-1)).toContain('<|fim_prefix|>');
  });
});

test('a gateway that goes away fails what is left, check by check', async () => {
  await using scene = await begin();
  const url = await startSpoilingProxy(scene.gateway.port, (path) => {
    if (path === '/v1/chat/completions') void scene.gateway.close();
    return undefined;
  });
  const { checks, passed } = await verifyGateway(url, testKey, ['health', 'chat', 'stream', 'metrics']);
  expect(passed).toBe(false);
  expect(checks.map(({ id }) => id)).toEqual(['health', 'chat', 'stream', 'metrics']);
  expect(failed(checks)).toContain('metrics');
});

test('a model that is still loading is waited for', async () => {
  await using scene = await begin();
  let asked = 0;
  const url = await startSpoilingProxy(scene.gateway.port, (path) => {
    if (path !== '/v1/chat/completions' || asked++ > 2) return undefined;
    return { status: 503, body: '{"error":{"message":"loading","code":"model_loading"}}' };
  });
  const { checks } = await verifyGateway(url, testKey, ['chat']);
  expect(checks).toMatchObject([{ status: 'ok' }]);
});

test('how much is read in a time is estimated from two readings, slower the longer', () => {
  // SmolLM2-135M on two busy cores; 7400 tokens took 130 s.
  const slow = tokensIn(130, { tokens: 197, seconds: 1.26 }, { tokens: 869, seconds: 6.45 });
  expect(slow).toBeGreaterThan(7000);
  expect(slow).toBeLessThan(7800);
  const fast = tokensIn(90, { tokens: 200, seconds: 0.05 }, { tokens: 860, seconds: 0.06 });
  expect(fast).toBeGreaterThan(1_000_000);
});
