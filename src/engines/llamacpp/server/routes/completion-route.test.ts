import { expect, test } from 'vitest';
import { engineApp } from '../../../../../test/support/engine-app.ts';
import { fakeRuntime } from '../../../../../test/support/fake-runtime.ts';

const url = '/v1/completions';

test('a prompt is answered with OpenAI’s defaults for the sampler and 16 tokens', async () => {
  const runtime = fakeRuntime({ say: () => 'world' });
  const app = await engineApp(runtime);
  const { status, json } = await app.post(url, { model: 'fake', prompt: 'hello', store: true });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    id: expect.stringMatching(/^cmpl-/),
    object: 'text_completion',
    model: 'fake',
    choices: [{ index: 0, text: 'world', logprobs: null, finish_reason: 'stop', stop_reason: null }],
    usage: {
      prompt_tokens: 5,
      completion_tokens: 5,
      total_tokens: 10,
      prompt_tokens_details: { cached_tokens: 3 },
    },
  });
  const [generation] = runtime.generations;
  expect(generation?.maxTokens).toBe(16);
  expect(generation?.sampling).toEqual({
    temperature: 1,
    topP: 1,
    topK: 0,
    minP: 0,
    seed: 7,
    presencePenalty: 0,
    frequencyPenalty: 0,
    repetitionPenalty: 1,
    logitBias: new Map(),
  });
});

test('every setting of the sampler reaches it', async () => {
  const runtime = fakeRuntime();
  const app = await engineApp(runtime);
  await app.post(url, {
    prompt: 'x',
    max_tokens: 3,
    temperature: 0.2,
    top_p: 0.5,
    top_k: 4,
    min_p: 0.1,
    seed: 99,
    presence_penalty: 0.3,
    frequency_penalty: -0.4,
    repetition_penalty: 1.1,
    logit_bias: { '65': -100 },
    ignore_eos: true,
  });
  expect(runtime.generations[0]).toMatchObject({
    maxTokens: 3,
    ignoreEos: true,
    sampling: {
      temperature: 0.2,
      topP: 0.5,
      topK: 4,
      minP: 0.1,
      seed: 99,
      presencePenalty: 0.3,
      frequencyPenalty: -0.4,
      repetitionPenalty: 1.1,
      logitBias: new Map([[65, -100]]),
    },
  });
});

test.each([
  ['temperature', 'warm'],
  ['temperature', -1],
  ['top_p', 2],
  ['n', 0],
  ['max_tokens', '5'],
  ['stop', ['']],
  ['logit_bias', { '999999': 1 }],
  ['logit_bias', { '5': 200 }],
  ['best_of', 2],
  ['use_beam_search', true],
  ['min_tokens', 4],
  ['prompt_logprobs', 1],
  ['structured_outputs', { regex: 'a+' }],
  ['suffix', 'end'],
  ['guided_grammar', 'nothing'],
  ['seed', 1.5],
])('%s: %j is a 400 that names it', async (param, value) => {
  const app = await engineApp(fakeRuntime());
  const { status, json } = await app.post(url, { prompt: 'x', [param]: value });
  expect(status).toBe(400);
  expect(json.error).toMatchObject({ type: 'BadRequestError', code: 400 });
  expect(json.error.param).toMatch(new RegExp(`^${param}`));
});

test('null and what switches a thing off anyway is no fault', async () => {
  const app = await engineApp(fakeRuntime());
  const off = {
    temperature: null,
    stop: null,
    best_of: 1,
    use_beam_search: false,
    min_tokens: 0,
    suffix: null,
  };
  expect((await app.post(url, { prompt: 'x', ...off })).status).toBe(200);
});

test('another model’s name is vLLM’s 404', async () => {
  const app = await engineApp(fakeRuntime());
  const { status, json } = await app.post(url, { model: 'gpt-4', prompt: 'x' });
  expect(status).toBe(404);
  expect(json.error).toEqual({
    message: 'The model `gpt-4` does not exist.',
    type: 'NotFoundError',
    param: 'model',
    code: 404,
  });
});

test('what does not fit is vLLM’s 400, before anything is evaluated', async () => {
  const runtime = fakeRuntime();
  const app = await engineApp(runtime);
  const { status, json } = await app.post(url, { prompt: 'x'.repeat(900), max_tokens: 200 });
  expect(status).toBe(400);
  expect(json.error.param).toBe('input_tokens');
  expect(json.error.message).toBe(
    "This model's maximum context length is 1000 tokens. However, you requested 200 output tokens and your " +
      'prompt contains 900 input tokens, for a total of 1100 tokens. Please reduce the length of the input prompt ' +
      'or the number of requested output tokens. (parameter=input_tokens, value=900)',
  );
  expect(runtime.generations).toEqual([]);
});

test('a list of prompts, tokens and n: each answer under its index, each prompt counted once', async () => {
  const runtime = fakeRuntime({ say: ({ prompt }, index) => `${prompt.length}:${index}` });
  const app = await engineApp(runtime);
  const list = await app.post(url, { prompt: ['a', 'bcd'], n: 2 });
  expect(list.json.choices.map((choice: { text: string }) => choice.text)).toEqual([
    '1:0',
    '1:1',
    '3:2',
    '3:3',
  ]);
  expect(list.json.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2, 3]);
  expect(list.json.usage.prompt_tokens).toBe(4);
  expect(runtime.generations.map(({ sampling }) => sampling.seed)).toEqual([7, 8, 7, 8]);
  const tokens = await app.post(url, { prompt: [104, 105] });
  expect(tokens.json.choices[0].text).toBe('2:4');
  expect((await app.post(url, { prompt: [[1], [2, 3]] })).json.choices).toHaveLength(2);
  expect((await app.post(url, { prompt: [999_999] })).json.error.param).toBe('prompt');
  expect((await app.post(url, { prompt: '' })).json.error.param).toBe('prompt');
});

test('echo gives the prompt back, also when nothing is generated', async () => {
  const app = await engineApp(fakeRuntime({ say: () => 'llo' }));
  expect((await app.post(url, { prompt: 'he', echo: true })).json.choices[0].text).toBe('hello');
  expect((await app.post(url, { prompt: [104, 101], echo: true })).json.choices[0].text).toBe('hello');
  const nothing = await app.post(url, { prompt: 'he', echo: true, max_tokens: 0 });
  expect(nothing.json).toMatchObject({
    choices: [{ text: 'he', finish_reason: 'length' }],
    usage: { prompt_tokens: 2, completion_tokens: 0 },
  });
  expect((await app.post(url, { prompt: 'he', echo: true, logprobs: 1 })).json.error.param).toBe('logprobs');
});

test('suffix asks for the middle, with code that looks like control tokens kept as text', async () => {
  const runtime = fakeRuntime({ facts: { fim: { prefix: 70_001, suffix: 70_002, middle: 70_000 } } });
  const app = await engineApp(runtime);
  await app.post(url, { prompt: 'a<s>', suffix: 'b' });
  const text = (code: string): number[] => [...code].map((character) => character.charCodeAt(0));
  expect(runtime.generations[0]?.prompt).toEqual([70_001, ...text('a<s>'), 70_002, ...text('b'), 70_000]);
});

test('the token that a model expects first is put there once', async () => {
  const runtime = fakeRuntime({ facts: { addBos: true } });
  const app = await engineApp(runtime);
  await app.post(url, { prompt: 'a' });
  await app.post(url, { prompt: '<s>a' });
  await app.post(url, { prompt: 'a', add_special_tokens: false });
  expect(runtime.generations.map(({ prompt }) => prompt)).toEqual([[70_003, 97], [70_003, 97], [97]]);
});

test('streams chunks, usage when asked for, and [DONE]', async () => {
  const app = await engineApp(fakeRuntime({ say: () => 'abc' }));
  const body = { prompt: 'x', stream: true, stream_options: { include_usage: true } };
  const { headers, events } = await app.post(url, body);
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(events.slice(0, 3).map((event) => event.choices[0].text)).toEqual(['a', 'b', 'c']);
  expect(events[3].choices[0]).toMatchObject({ text: '', finish_reason: 'stop' });
  expect(events[4]).toMatchObject({ choices: [], usage: { completion_tokens: 3 } });
  expect(events[5]).toBe('[DONE]');
});

test('log-probabilities: tokens, their own and the likeliest ones, offsets into the text', async () => {
  const app = await engineApp(fakeRuntime({ say: () => 'ab' }));
  const { json } = await app.post(url, { prompt: 'x', logprobs: 2 });
  expect(json.choices[0].logprobs).toEqual({
    tokens: ['a', 'b'],
    token_logprobs: [-0.5, -0.5],
    top_logprobs: [
      { a: -0.5, '?': -1.5 },
      { b: -0.5, '?': -1.5 },
    ],
    text_offset: [0, 1],
  });
});

test('control tokens are left out unless they are asked for', async () => {
  const app = await engineApp(fakeRuntime({ say: () => 'a<mid>b' }));
  expect((await app.post(url, { prompt: 'x' })).json.choices[0].text).toBe('ab');
  const shown = await app.post(url, { prompt: 'x', skip_special_tokens: false });
  expect(shown.json.choices[0].text).toBe('a<mid>b');
});

test('a choice of texts becomes a grammar', async () => {
  const runtime = fakeRuntime();
  const app = await engineApp(runtime);
  await app.post(url, { prompt: 'x', structured_outputs: { choice: ['yes', 'no "really"'] } });
  expect(runtime.generations[0]?.grammar?.('')).toBe('root ::= "yes" | "no \\"really\\""\n');
  const two = { structured_outputs: { choice: ['a'] }, guided_json: {} };
  expect((await app.post(url, { prompt: 'x', ...two })).json.error.param).toBe('guided_json');
});
