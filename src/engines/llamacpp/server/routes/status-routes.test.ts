import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { engineApp } from '../../../../../test/support/engine-app.ts';
import { fakeRuntime } from '../../../../../test/support/fake-runtime.ts';
import { failure } from '../../../../errors.ts';

test('while the model loads, health says how far and everything else 503 with a time to come back', async () => {
  const app = await engineApp(undefined);
  app.engine.loading('loading the model (42 %)');
  const health = await app.get('/health');
  expect(health.status).toBe(503);
  expect(health.json).toMatchObject({ status: 'loading', phase: 'loading the model (42 %)', context: null });
  const models = await app.get('/v1/models');
  expect(models.status).toBe(503);
  expect(models.headers['retry-after']).toBe('2');
  expect(models.json.error).toMatchObject({ type: 'ServiceUnavailableError', code: 503 });
  expect((await app.post('/v1/chat/completions', {})).status).toBe(503);
});

test('a model that could not be loaded is said to be at fault in every answer', async () => {
  const app = await engineApp(undefined);
  app.engine.failed(failure('ENGINE_LOAD', { model: 'fake', problem: 'it is no GGUF' }));
  expect((await app.get('/health')).json).toMatchObject({
    status: 'failed',
    fault: { code: 'ENGINE_LOAD', message: expect.stringContaining('it is no GGUF') },
  });
  const answer = await app.post('/v1/completions', { prompt: 'x' });
  expect(answer.status).toBe(503);
  expect(answer.json.error.message).toContain('it is no GGUF');
});

test('a ready engine says what it can and what it serves', async () => {
  const app = await engineApp(fakeRuntime());
  app.engine.note('no graphics card could be used');
  expect((await app.get('/health')).json).toEqual({
    status: 'ready',
    phase: null,
    fault: null,
    backend: 'cpu',
    context: 1000,
    parallel: 2,
    threads: { decode: 1, prefill: 2 },
    tokensPerSecond: 100,
    capabilities: { chat: false, tools: false, reasoning: false, fim: false },
    notes: ['no graphics card could be used'],
  });
  const models = await app.get('/v1/models');
  expect(models.json.data).toEqual([expect.objectContaining({ id: 'fake', max_model_len: 1000 })]);
  expect((await app.get('/version')).json).toEqual({ version: '1.2.3' });
});

test('metrics have vLLM’s names and count what happened', async () => {
  const app = await engineApp(fakeRuntime());
  await app.post('/v1/completions', { prompt: 'abc' });
  const { text, headers } = await app.get('/metrics');
  expect(headers['content-type']).toContain('text/plain');
  const value = (name: string): string | undefined =>
    text.split('\n').find((line) => line.startsWith(`vllm:${name}{model_name="fake",engine="0"`));
  expect(value('num_requests_running')).toMatch(/ 0$/);
  expect(value('num_requests_waiting')).toMatch(/ 0$/);
  expect(value('kv_cache_usage_perc')).toMatch(/ 0.25$/);
  expect(value('prompt_tokens_total')).toMatch(/ 3$/);
  expect(value('generation_tokens_total')).toMatch(/ 2$/);
  expect(value('prefix_cache_queries_total')).toMatch(/ 3$/);
  expect(value('prefix_cache_hits_total')).toMatch(/ 3$/);
  expect(value('request_success_total')).toMatch(/finished_reason="stop"} 1$/);
});

test('unknown addresses and bodies that are no JSON have vLLM’s error shape', async () => {
  const app = await engineApp(fakeRuntime());
  expect((await app.get('/nothing')).json).toEqual({
    error: { message: 'Not Found', type: 'NotFoundError', param: null, code: 404 },
  });
  const broken = await app.post('/v1/completions', '{"prompt": ');
  expect(broken.status).toBe(400);
  expect(broken.json.error).toMatchObject({ type: 'BadRequestError', code: 400 });
  const form = await app.post('/v1/completions', 'a=b', { 'content-type': 'text/plain' });
  expect(form.status).toBe(415);
  expect(form.json.error.type).toBe('UnsupportedMediaTypeError');
});

test('a body over 64 MiB is refused by its length', async () => {
  const app = await engineApp(fakeRuntime());
  const headers = { 'content-type': 'application/json', 'content-length': String(65 * 1024 * 1024) };
  const sent = request({ host: '127.0.0.1', ...app.place, method: 'POST', path: '/v1/completions', headers });
  sent.on('error', () => {});
  sent.flushHeaders();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(413);
  sent.destroy();
});

test('it sleeps and wakes by vLLM’s routes; meanwhile it is well and answers nothing', async () => {
  const app = await engineApp(fakeRuntime());
  expect((await app.get('/is_sleeping')).json).toEqual({ is_sleeping: false });
  expect((await app.post('/sleep?level=1&mode=abort', {})).status).toBe(200);
  expect((await app.get('/is_sleeping')).json).toEqual({ is_sleeping: true });
  const health = await app.get('/health');
  expect([health.status, health.json.phase]).toEqual([200, 'sleeping']);
  const refused = await app.post('/v1/completions', { prompt: 'x' });
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
  expect((await app.get('/metrics')).text).toMatch(/engine_sleep_state\{.*sleep_state="discard_all"\} 1/);
  expect((await app.post('/sleep', {})).status).toBe(200);
  expect((await app.post('/wake_up', {})).status).toBe(200);
  expect((await app.post('/v1/completions', { prompt: 'x' })).status).toBe(200);
  const { text } = await app.get('/metrics');
  expect(text).toMatch(/time_to_first_token_seconds_count\{model_name="fake",engine="0"\} 1/);
  expect(text).toMatch(/time_to_first_token_seconds_bucket\{.*,le="\+Inf"\} 1/);
});
