import { expect, test } from 'vitest';
import { families } from '../../src/gateway/metrics/families.ts';
import { realClock } from '../../src/system/clock.ts';
import { chatAnswer, chatEvent, chatStream, json, type Script, startUpstream } from '../fakes/upstream.ts';
import { until } from '../support/until.ts';
import { chat, chatPath, plainChat, streamedChat } from './chats.ts';
import { keyRecord, readyStatus, startTestGateway, type TestGateway, waitingFor } from './gateway.ts';
import { rawPost } from './raw-client.ts';

/** The values of `GET /metrics` by name and labels, as they are written. */
const scrape = async (gateway: TestGateway): Promise<ReadonlyMap<string, number>> => {
  const { status, text } = await gateway.get('/metrics', {});
  expect(status).toBe(200);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
};

const answered = 'gen_ai_operation_name="chat",gen_ai_request_model="tiny",gen_ai_response_model="tiny"';

/** An engine's stream with the usage that was asked for. */
const streamWithUsage: Script = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of ['a', 'b', 'c']) response.write(chatEvent(piece));
  response.write('data: {"choices":[],"usage":{"prompt_tokens":40,"completion_tokens":3}}\n\n');
  response.end('data: [DONE]\n\n');
};

test('an answer is counted with its time, its tokens, its key and our own part', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(chatPath, chat);
  const found = await scrape(gateway);
  for (const [line, value] of [
    [`gen_ai_server_request_duration_seconds_count{${answered}}`, 1],
    [`gen_ai_client_token_usage_sum{${answered},gen_ai_token_type="input"}`, 3],
    [`gen_ai_client_token_usage_sum{${answered},gen_ai_token_type="output"}`, 2],
    [`gen_ai_client_token_usage_bucket{le="1",${answered},gen_ai_token_type="input"}`, 0],
    [`gen_ai_client_token_usage_bucket{le="4",${answered},gen_ai_token_type="input"}`, 1],
    [`gen_ai_client_token_usage_bucket{le="+Inf",${answered},gen_ai_token_type="input"}`, 1],
    ['localai_requests_total{model="tiny",status="2xx"}', 1],
    ['localai_key_requests_total{key="owner"}', 1],
    ['localai_key_tokens_total{key="owner",type="input"}', 3],
    ['localai_key_tokens_total{key="owner",type="output"}', 2],
    ['localai_unknown_usage_total{model="tiny"}', 0],
    ['localai_queue_wait_seconds_count{model="tiny"}', 1],
    ['localai_queue_wait_seconds_sum{model="tiny"}', 0],
    ['localai_overhead_seconds_count', 1],
    ['localai_retries_total{model="tiny"}', 0],
    ['localai_running_requests{model="tiny"}', 0],
    ['localai_waiting_requests{model="tiny"}', 0],
    ['localai_breaker_open{model="tiny"}', 0],
    ['localai_model_state{model="tiny",state="ready"}', 1],
    ['localai_model_state{model="tiny",state="error"}', 0],
    ['localai_open_requests', 1],
    ['localai_open_streams', 0],
    ['localai_build_info{version="1.2.3"}', 1],
  ] as const) {
    expect([line, found.get(line)]).toEqual([line, value]);
  }
  expect([...found.keys()].join('\n')).not.toContain('time_to_first_token');
});

test('a stream has a time to its first event and one per token; one that says no usage is known as such', async () => {
  await using upstream = await startUpstream(streamWithUsage);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(chatPath, { ...chat, stream: true });
  upstream.script = chatStream('a', 'b');
  await gateway.post(chatPath, { ...chat, stream: true });
  const found = await scrape(gateway);
  expect(found.get(`gen_ai_server_time_to_first_token_seconds_count{${answered}}`)).toBe(2);
  expect(found.get(`gen_ai_server_time_per_output_token_seconds_count{${answered}}`)).toBe(1);
  expect(found.get(`gen_ai_client_token_usage_sum{${answered},gen_ai_token_type="output"}`)).toBe(3);
  expect(found.get('localai_unknown_usage_total{model="tiny"}')).toBe(1);
});

test('failures are told apart: by the engine, of the engine, ours', async () => {
  await using upstream = await startUpstream(json({ error: 'too long' }, 400));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(chatPath, chat);
  upstream.script = ({ response, socket }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chatEvent('half'), () => socket.destroy());
  };
  await gateway.post(chatPath, { ...chat, stream: true });
  await gateway.get('/no/such/path');
  const found = await scrape(gateway);
  const name = 'gen_ai_server_request_duration_seconds_count';
  expect(found.get(`${name}{${answered},error_type="400"}`)).toBe(1);
  expect(found.get(`${name}{${answered},error_type="upstream_died"}`)).toBe(1);
  expect(found.get('localai_requests_total{model="tiny",status="4xx"}')).toBe(1);
  expect(found.get('localai_requests_total{model="tiny",status="5xx"}')).toBe(1);
  expect(found.get('localai_requests_total{model="none",status="4xx"}')).toBe(1);
  expect(found.get('localai_unknown_usage_total{model="tiny"}')).toBe(0);
});

test('clients that leave are counted by how far they had come', async () => {
  const silent: Script = () => {};
  const oneEvent: Script = ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chatEvent('one'));
  };
  await using upstream = await startUpstream(silent);
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }];
  const gateway = await startTestGateway({ models });
  const left = (): number => gateway.log.filter(({ status }) => status === 499).length;
  const leaves = async (script: Script, body: string, seen: string, calls: number): Promise<void> => {
    upstream.script = script;
    const client = rawPost(gateway.port, chatPath, body);
    await upstream.call(calls);
    if (seen) await client.until(seen);
    const before = left();
    client.leave();
    await until(() => left() === before + 1);
  };
  await leaves(silent, plainChat, '', 1);
  await leaves(silent, streamedChat, '', 2);
  await leaves(oneEvent, streamedChat, 'one', 3);
  upstream.script = silent;
  const first = rawPost(gateway.port, chatPath, plainChat);
  await upstream.call(4);
  const second = rawPost(gateway.port, chatPath, plainChat);
  await waitingFor(gateway, 1);
  expect((await scrape(gateway)).get('localai_waiting_requests{model="tiny"}')).toBe(1);
  second.leave();
  await until(() => left() === 4);
  first.leave();
  await until(() => left() === 5);
  const found = await scrape(gateway);
  const cancels = [...found].filter(([line]) => line.startsWith('localai_cancels_total'));
  expect(Object.fromEntries(cancels)).toMatchObject({
    'localai_cancels_total{model="tiny",phase="unary"}': 2,
    'localai_cancels_total{model="tiny",phase="prefill"}': 1,
    'localai_cancels_total{model="tiny",phase="stream"}': 1,
    'localai_cancels_total{model="tiny",phase="queued"}': 1,
  });
  expect(found.get('localai_open_streams')).toBe(0);
  expect(found.get('localai_running_requests{model="tiny"}')).toBe(0);
});

test('repeats and an engine that is left alone are seen', async () => {
  let calls = 0;
  await using upstream = await startUpstream((call) => {
    calls += 1;
    return (calls === 1 ? json({}, 503) : chatAnswer('x'))(call);
  });
  const models = [
    { id: 'tiny', upstream: upstream.endpoint },
    { id: 'gone', upstream: { socket: '/nowhere/engine.sock' } },
  ];
  const gateway = await startTestGateway({ models });
  await gateway.post(chatPath, chat);
  for (let time = 0; time < 5; time += 1) await gateway.post(chatPath, { ...chat, model: 'gone' });
  const found = await scrape(gateway);
  expect(found.get('localai_retries_total{model="tiny"}')).toBe(1);
  expect(found.get('localai_breaker_open{model="tiny"}')).toBe(0);
  expect(found.get('localai_breaker_open{model="gone"}')).toBe(1);
});

test('names that clients choose make no labels', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const models = [{ id: 'tiny', aliases: ['small', 'gpt-*'], upstream: upstream.endpoint }];
  const gateway = await startTestGateway({ models });
  for (const model of ['small', 'gpt-1', 'gpt-2', 'what"ever\n', undefined]) {
    await gateway.post(chatPath, { ...chat, model });
  }
  const text = [...(await scrape(gateway)).keys()].join('\n');
  const names = [...text.matchAll(/duration_seconds_count\{.*gen_ai_request_model="([^"]*)"/g)];
  expect(names.map(([, name]) => name)).toEqual(['small', 'other', 'none']);
});

test('others than this machine need a key for it', async () => {
  const gateway = await startTestGateway({
    config: { exposure: 'lan' },
    keys: [keyRecord({ scopes: ['metrics'] })],
  });
  expect((await gateway.get('/metrics', {})).status).toBe(401);
  expect((await gateway.get('/metrics')).status).toBe(200);
  const other = await startTestGateway({
    config: { exposure: 'lan' },
    keys: [keyRecord({ scopes: ['inference'] })],
  });
  expect((await other.get('/metrics')).status).toBe(403);
});

test('it is what Prometheus reads: each family once, with help and type, those of the process too', async () => {
  const gateway = await startTestGateway({});
  const { headers, text } = await gateway.get('/metrics', {});
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  expect(new Set(told).size).toBe(told.length);
  expect(told).toEqual(
    expect.arrayContaining(Object.values(families).map(({ name, type }) => `${name} ${type}`)),
  );
  expect(told).toContain('process_resident_memory_bytes gauge');
  for (const line of text.split('\n')) {
    expect(line).toMatch(
      /^$|^# (?:HELP|TYPE) \S+ .+$|^[a-z_:][\w:]*(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? [\d.eE+-]+$/,
    );
  }
});

test('two gateways of one process count apart', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const [one, two] = [
    await startTestGateway({ upstream: upstream.endpoint }),
    await startTestGateway({ upstream: upstream.endpoint }),
  ];
  await one.post(chatPath, chat);
  expect((await scrape(one)).get('localai_requests_total{model="tiny",status="2xx"}')).toBe(1);
  expect((await scrape(two)).get('localai_requests_total{model="tiny",status="2xx"}')).toBeUndefined();
});

test('each answer says what took how long', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const good = await gateway.post(chatPath, chat);
  expect(good.headers['x-localai-overhead-ms']).toMatch(/^\d+(\.\d+)?$/);
  expect(good.headers['server-timing']).toMatch(
    /^queue;dur=0, upstream;dur=\d+(\.\d+)?, localai;dur=\d+(\.\d+)?$/,
  );
  const own = await gateway.get('/health');
  expect(own.headers['server-timing']).toMatch(/^queue;dur=0, localai;dur=\d+(\.\d+)?$/);
  const refused = await gateway.post(chatPath, '{');
  expect(refused.status).toBe(400);
  expect(refused.headers['x-localai-overhead-ms']).toMatch(/^\d+(\.\d+)?$/);
});

test("the time that an engine takes is not ours, and a failing one's neither", async () => {
  const clock = { monotonic: 1000 };
  await using upstream = await startUpstream(async (call) => {
    clock.monotonic += 5000;
    await chatAnswer('x')(call);
  });
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: {
      system: {
        clock: { ...realClock, monotonic: () => clock.monotonic },
      },
    },
  });
  const good = await gateway.post(chatPath, chat);
  expect(good.headers['x-localai-overhead-ms']).toBe('0');
  expect(good.headers['server-timing']).toBe('queue;dur=0, upstream;dur=5000, localai;dur=0');
  upstream.script = ({ socket }) => {
    clock.monotonic += 3000;
    socket.destroy();
  };
  const bad = await gateway.post(chatPath, chat);
  expect(bad.status).toBe(502);
  expect(bad.headers['server-timing']).toBe('queue;dur=0, upstream;dur=3000, localai;dur=0');
});

test('states and restarts of models are seen', async () => {
  const gateway = await startTestGateway({});
  gateway.states.set('tiny', readyStatus('tiny', { state: 'loading', restarts: 2 }));
  const found = await scrape(gateway);
  expect(found.get('localai_model_state{model="tiny",state="loading"}')).toBe(1);
  expect(found.get('localai_model_state{model="tiny",state="ready"}')).toBe(0);
  expect(found.get('localai_model_restarts{model="tiny"}')).toBe(2);
});
