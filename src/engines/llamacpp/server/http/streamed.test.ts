import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { type EngineApp, engineApp } from '../../../../../test/support/engine-app.ts';
import { fakeRuntime } from '../../../../../test/support/fake-runtime.ts';

const url = '/v1/completions';
const endless = 'x'.repeat(900);

/** Sends a request and leaves the answer to the test. */
const begin = (app: EngineApp, body: unknown): ClientRequest => {
  const headers = { 'content-type': 'application/json' };
  const sent = request({ host: '127.0.0.1', ...app.place, method: 'POST', path: url, headers });
  sent.on('error', () => {});
  sent.end(JSON.stringify(body));
  return sent;
};

test.each([true, false])('a client that leaves stops its generation (stream: %s)', async (stream) => {
  const say = vi.fn(() => 'abc');
  const runtime = fakeRuntime({ say, hangs: true });
  const app = await engineApp(runtime);
  const sent = begin(app, { prompt: 'x', max_tokens: 900, stream });
  await vi.waitFor(() => expect(say).toHaveBeenCalled());
  sent.destroy();
  await vi.waitFor(() => expect(runtime.aborted).toBe(1));
  await vi.waitFor(() => expect(app.log.at(-1)).toMatch(/abort$/));
  expect((await app.post(url, { prompt: 'x', max_tokens: 1 })).status).toBe(200);
});

test('an engine that fails before the first token is a 500, after it an event with vLLM’s error', async () => {
  const early = await engineApp(fakeRuntime({ failAfter: 0 }));
  const refused = await early.post(url, { prompt: 'x', stream: true });
  expect(refused.status).toBe(500);
  expect(refused.json.error).toMatchObject({ type: 'InternalServerError', code: 500 });

  const late = await engineApp(fakeRuntime({ say: () => 'abc', failAfter: 2 }));
  const { status, events } = await late.post(url, { prompt: 'x', stream: true });
  expect(status).toBe(200);
  expect(events).toHaveLength(4);
  expect(events[2]).toEqual({
    error: { message: 'the fake engine broke', type: 'InternalServerError', param: null, code: 500 },
  });
  expect(events[3]).toBe('[DONE]');
  expect(late.log.join()).toContain('the fake engine broke');
});

test('when one of several answers fails the others are given up', async () => {
  const runtime = fakeRuntime({
    say: (_, index) => {
      if (index === 1) throw new Error('the fake engine broke');
      return endless;
    },
  });
  const app = await engineApp(runtime);
  expect((await app.post(url, { prompt: 'x', n: 2, max_tokens: 900 })).status).toBe(500);
  await vi.waitFor(() => expect(runtime.aborted).toBe(1));
});

test('a reader that pauses gets everything in the end, and holds nobody else up', async () => {
  const app = await engineApp(fakeRuntime({ say: () => endless }));
  const sent = begin(app, { prompt: 'x', max_tokens: 900, stream: true });
  const answer = await new Promise<IncomingMessage>((resolve) => sent.on('response', resolve));
  expect((await app.post(url, { prompt: 'x', max_tokens: 5 })).json.choices[0].text).toBe('xxxxx');
  await vi.waitFor(() => expect(app.log.some((line) => line.includes('900 generated'))).toBe(true));
  let text = '';
  for await (const chunk of answer) text += chunk;
  expect(text.match(/"text":"x"/g)).toHaveLength(900);
  expect(text).toMatch(/data: \[DONE\]\n\n$/);
});

test('stop strings never leak, wherever they fall; the answer says which one it was', async () => {
  const app = await engineApp(fakeRuntime({ say: () => 'one\nEND two' }));
  const { json } = await app.post(url, { prompt: 'x', stop: ['END', 'zzz'] });
  expect(json.choices[0]).toMatchObject({ text: 'one\n', finish_reason: 'stop', stop_reason: 'END' });
  const { events } = await app.post(url, { prompt: 'x', stop: '\nEND', stream: true });
  const texts = events.filter((event) => event !== '[DONE]').map((event) => event.choices[0].text);
  expect(texts.join('')).toBe('one');
  const included = await app.post(url, { prompt: 'x', stop: 'END', include_stop_str_in_output: true });
  expect(included.json.choices[0].text).toBe('one\nEND');
  const token = await app.post(url, { prompt: 'x', stop_token_ids: [0x0a] });
  expect(token.json.choices[0]).toMatchObject({ text: 'one', stop_reason: 10 });
});
