import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startEngine, type TestEngine } from '../../../../test/support/engine.ts';
import { openaiOn } from '../../../../test/support/openai-client.ts';
import { writeSlidingWindowModel } from '../../../../test/support/tiny-model.ts';

let engine: TestEngine;
let openai: OpenAI;
beforeAll(async () => {
  engine = await startEngine();
  openai = openaiOn(engine.spec.socket);
});
afterAll(() => engine?.stop());

const model = 'small';
const ask = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: 'user', content }];
const question = ask('What is the capital of France?');
const greedy = { model, temperature: 0 } as const;

const metric = async (name: string): Promise<number> => {
  const { text } = await engine.get('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`vllm:${name}{`));
  return Number(line?.split(' ').at(-1));
};

/** Begins a streamed chat and gives the response once its first bytes are there. */
const beginStream = async (body: object): Promise<IncomingMessage> => {
  const headers = { 'content-type': 'application/json' };
  const sent = request({ ...engine.place, method: 'POST', path: '/v1/chat/completions', headers });
  sent.end(JSON.stringify({ ...greedy, stream: true, ...body }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await once(answer, 'readable');
  return answer;
};

test('a chat is answered, streamed and not, with the same text at temperature 0', async () => {
  const whole = await openai.chat.completions.create({ ...greedy, messages: question, max_tokens: 24 });
  const text = whole.choices[0]?.message.content ?? '';
  expect(text.length).toBeGreaterThan(10);
  expect(whole.usage?.total_tokens).toBe(
    (whole.usage?.prompt_tokens ?? 0) + (whole.usage?.completion_tokens ?? 0),
  );
  const stream = await openai.chat.completions.create({
    ...greedy,
    messages: question,
    max_tokens: 24,
    stream: true,
    stream_options: { include_usage: true },
  });
  let streamed = '';
  let cached = 0;
  for await (const chunk of stream) {
    streamed += chunk.choices[0]?.delta.content ?? '';
    cached = chunk.usage?.prompt_tokens_details?.cached_tokens ?? cached;
  }
  expect(streamed).toBe(text);
  // The same prompt once more is in memory but for its end.
  expect(cached).toBeGreaterThan((whole.usage?.prompt_tokens ?? 0) / 2);
});

test('the same seed gives the same answer, another seed another one', async () => {
  const write = async (seed: number): Promise<string> => {
    const messages = ask('Write a line about the sea.');
    const wild = { model, temperature: 2, max_tokens: 16 };
    const { choices } = await openai.chat.completions.create({ ...wild, messages, seed });
    return choices[0]?.message.content ?? '';
  };
  const first = await write(1);
  expect(await write(1)).toBe(first);
  expect(await write(2)).not.toBe(first);
});

test('n answers differ and share one prompt', async () => {
  const messages = ask('Tell me a story.');
  const wild = { model, messages, temperature: 2, seed: 4, max_tokens: 12 };
  const { usage: single } = await openai.chat.completions.create(wild);
  const { choices, usage } = await openai.chat.completions.create({ ...wild, n: 3 });
  expect(new Set(choices.map((choice) => choice.message.content)).size).toBe(3);
  expect(usage?.prompt_tokens).toBe(single?.prompt_tokens);
  expect(usage?.completion_tokens).toBeLessThanOrEqual(36);
});

test('an answer ends before the stop string', async () => {
  const { choices } = await openai.chat.completions.create({
    ...greedy,
    messages: question,
    stop: ['Paris'],
  });
  expect(choices[0]?.finish_reason).toBe('stop');
  expect(choices[0]?.message.content).toBe('The capital of France is ');
});

test('a token that is banned by its bias is not said', async () => {
  const first = async (more: object) => {
    const body = { ...greedy, prompt: 'One, two,', max_tokens: 1, ...more };
    return (await openai.completions.create(body)).choices[0]?.text ?? '';
  };
  const said = await first({});
  const { json } = await engine.post('/tokenize', { prompt: said, add_special_tokens: false });
  expect(json.count).toBe(1);
  expect(await first({ logit_bias: { [json.tokens[0]]: -100 } })).not.toBe(said);
});

test('log-probabilities: the tokens join to the text, the greedy one is the likeliest', async () => {
  const { choices } = await openai.chat.completions.create({
    ...greedy,
    messages: question,
    max_tokens: 8,
    logprobs: true,
    top_logprobs: 3,
  });
  const content = choices[0]?.logprobs?.content ?? [];
  const bytes = content.flatMap((one) => one.bytes ?? []);
  expect(Buffer.from(bytes).toString().trim()).toBe(choices[0]?.message.content?.trim());
  for (const one of content) {
    expect(one.top_logprobs).toHaveLength(3);
    expect(one.logprob).toBeCloseTo(one.top_logprobs[0]?.logprob ?? 1, 3);
    expect(one.logprob).toBeLessThanOrEqual(0);
  }
});

test('a text completion: prompts, tokens, echo and log-probabilities', async () => {
  const prompt = 'Monday, Tuesday, Wednesday,';
  const { json } = await engine.post('/tokenize', { prompt });
  const texts = await openai.completions.create({ ...greedy, prompt: [prompt, 'The sky is'], max_tokens: 4 });
  expect(texts.choices[0]?.text).toContain('Th');
  expect(texts.choices[1]?.text).toContain('blue');
  const tokens = await openai.completions.create({
    ...greedy,
    prompt: json.tokens,
    max_tokens: 4,
    logprobs: 2,
  });
  expect(tokens.choices[0]?.text).toBe(texts.choices[0]?.text);
  expect(tokens.choices[0]?.logprobs?.tokens?.join('')).toBe(tokens.choices[0]?.text);
  const echo = await openai.completions.create({ ...greedy, prompt, max_tokens: 4, echo: true });
  expect(echo.choices[0]?.text).toBe(prompt + texts.choices[0]?.text);
});

test('a middle is filled in', async () => {
  const body = { ...greedy, prompt: 'def add(a, b):\n', suffix: '\n', max_tokens: 40 };
  expect((await openai.completions.create(body)).choices[0]?.text).toContain('return a + b');
});

test('a model that cannot fill in says so by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'no-fim-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'tiny.gguf');
  writeSlidingWindowModel(file);
  const other = await startEngine({ file, contextTokens: 512 });
  onTestFinished(() => other.stop());
  const { status, json } = await other.post('/v1/completions', { prompt: 'def add(', suffix: 'return c' });
  expect(status).toBe(400);
  expect(json.error.param).toBe('suffix');
  const { capabilities } = (await other.get('/health')).json;
  expect(capabilities).toMatchObject({ tools: false, fim: false });
});

test('tokens come back as the text they were made of', async () => {
  const prompt = 'Grüße, 世界! <|im_start|>';
  const { json } = await engine.post('/tokenize', { prompt });
  expect(json).toMatchObject({ count: json.tokens.length, max_model_len: 2048, token_strs: null });
  expect((await engine.post('/detokenize', { tokens: json.tokens })).json.prompt).toBe(prompt);
  const chat = await engine.post('/tokenize', { messages: question });
  const answer = await openai.chat.completions.create({ ...greedy, messages: question, max_tokens: 1 });
  expect(chat.json.count).toBe(answer.usage?.prompt_tokens);
});

test('control tokens in a user’s text count as text', async () => {
  const count = async (content: string): Promise<number> =>
    (await engine.post('/tokenize', { messages: ask(content) })).json.count;
  const plain = await count('');
  expect((await count('<|im_end|>')) - plain).toBeGreaterThan(1);
});

test('embeddings: floats and base64 are the same vector of unit length; equal texts are nearest', async () => {
  const input = [
    'How do I stop the server?',
    'How can I stop localai?',
    'The capital of France is Paris, and that of Italy is Rome.',
  ];
  const floats = await openai.embeddings.create({ model, input, encoding_format: 'float' });
  const packed = await openai.embeddings.create({ model, input });
  const vectors = floats.data.map(({ embedding }) => embedding);
  const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  expect(dot(vectors[0], vectors[0])).toBeCloseTo(1, 4);
  expect(dot(vectors[0], packed.data[0]?.embedding)).toBeCloseTo(1, 4);
  expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]));
  expect(floats.usage.prompt_tokens).toBeGreaterThan(10);
});

test('a JSON object and a JSON Schema hold whatever the model would rather say', async () => {
  const object = await openai.chat.completions.create({
    model,
    messages: ask('Describe a dog as JSON.'),
    response_format: { type: 'json_object' },
    seed: 1,
    max_tokens: 400,
    temperature: 0.3,
  });
  if (object.choices[0]?.finish_reason === 'stop') {
    expect(typeof JSON.parse(object.choices[0]?.message.content ?? '')).toBe('object');
  } else {
    expect(object.choices[0]?.message.content).toMatch(/^\{/);
  }
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 20 },
      size: { enum: ['small', 'large'] },
      age: { anyOf: [{ type: 'integer', minimum: 0, maximum: 30 }, { type: 'null' }] },
    },
    required: ['name', 'size', 'age'],
    additionalProperties: false,
  };
  const shaped = await openai.chat.completions.create({
    model,
    messages: ask('Describe a dog.'),
    response_format: { type: 'json_schema', json_schema: { name: 'dog', schema } },
    seed: 2,
    max_tokens: 120,
  });
  expect(shaped.choices[0]?.finish_reason).toBe('stop');
  const dog = JSON.parse(shaped.choices[0]?.message.content ?? '');
  expect(Object.keys(dog)).toEqual(['name', 'size', 'age']);
  expect(['small', 'large']).toContain(dog.size);
});

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'The weather at a place',
      parameters: {
        type: 'object',
        properties: {
          place: { type: 'string', maxLength: 30 },
          unit: { anyOf: [{ enum: ['C', 'F'] }, { type: 'null' }] },
        },
        required: ['place', 'unit'],
        additionalProperties: false,
      },
    },
  },
  {
    type: 'function',
    function: { name: 'stop', parameters: { type: 'object', properties: {}, additionalProperties: false } },
  },
];

const checkWeather = (text: string): void => {
  const given = JSON.parse(text);
  expect(typeof given.place).toBe('string');
  expect(['C', 'F', null]).toContain(given.unit);
};

test('a tool that is named is called, with valid arguments', async () => {
  const answer = await openai.chat.completions.create({
    model,
    messages: ask('How is the weather in Bonn?'),
    tools,
    tool_choice: { type: 'function', function: { name: 'get_weather' } },
    seed: 3,
    max_tokens: 200,
  });
  const [choice] = answer.choices;
  expect(choice?.finish_reason).toBe('tool_calls');
  const [call] = choice?.message.tool_calls ?? [];
  if (call?.type !== 'function') throw new Error('no call');
  expect(call.function.name).toBe('get_weather');
  checkWeather(call.function.arguments);
});

test('a required call is streamed in deltas that join to valid JSON', async () => {
  const stream = await openai.chat.completions.create({
    model,
    messages: ask('How is the weather in Bonn?'),
    tools,
    tool_choice: 'required',
    parallel_tool_calls: false,
    seed: 5,
    max_tokens: 200,
    stream: true,
  });
  const calls: { id: string; name: string; text: string }[] = [];
  let finish: string | null = null;
  for await (const { choices } of stream) {
    finish = choices[0]?.finish_reason ?? finish;
    for (const delta of choices[0]?.delta.tool_calls ?? []) {
      if (delta.id) calls[delta.index] = { id: delta.id, name: delta.function?.name ?? '', text: '' };
      const call = calls[delta.index];
      if (call) call.text += delta.function?.arguments ?? '';
    }
  }
  expect(finish).toBe('tool_calls');
  expect(calls).toHaveLength(1);
  expect(tools.map((tool) => (tool.type === 'function' ? tool.function.name : ''))).toContain(calls[0]?.name);
  if (calls[0]?.name === 'get_weather') checkWeather(calls[0].text);
  else expect(JSON.parse(calls[0]?.text ?? '')).toEqual({});
});

test('a history with a call and its result is taken', async () => {
  const call = { id: 'abc', type: 'function' as const, function: { name: 'stop', arguments: '{}' } };
  const answer = await openai.chat.completions.create({
    ...greedy,
    tools,
    max_tokens: 8,
    messages: [
      ...ask('Stop it.'),
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'abc', content: 'stopped' },
    ],
  });
  expect(answer.choices).toHaveLength(1);
});

test('what does not fit is refused before it is evaluated', async () => {
  const before = await metric('prompt_tokens_total');
  const refused = openai.chat.completions.create({ ...greedy, messages: ask('word '.repeat(3000)) });
  await expect(refused).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("This model's maximum context length is 2048 tokens"),
  });
  const asked = openai.chat.completions.create({ ...greedy, messages: question, max_tokens: 2048 });
  await expect(asked).rejects.toMatchObject({ status: 400, param: 'input_tokens' });
  expect(await metric('prompt_tokens_total')).toBe(before);
});

test('a client that leaves frees its place at once, while it writes and while it reads', async () => {
  const writing = await beginStream({ messages: ask('Count.'), max_tokens: 1500, ignore_eos: true });
  expect(await metric('num_requests_running')).toBe(1);
  writing.destroy();
  await vi.waitFor(async () => expect(await metric('num_requests_running')).toBe(0), {
    timeout: 10_000,
    interval: 10,
  });
  const leave = new AbortController();
  const messages = ask(`${Math.random()} ${'word '.repeat(1900)}`);
  const reading = openai.chat.completions.create({ ...greedy, messages }, { signal: leave.signal });
  await vi.waitFor(async () => expect(await metric('num_requests_running')).toBe(1), {
    timeout: 10_000,
    interval: 10,
  });
  leave.abort();
  await expect(reading).rejects.toThrow();
  await vi.waitFor(async () => expect(await metric('num_requests_running')).toBe(0), {
    timeout: 10_000,
    interval: 10,
  });
});

test('more requests than places wait their turn and are all answered', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map((i) =>
      openai.chat.completions.create({ ...greedy, messages: ask(`Say ${i}.`), max_tokens: 6 }),
    ),
  );
  expect(answers.every(({ usage }) => (usage?.completion_tokens ?? 0) > 0)).toBe(true);
  expect(await metric('num_requests_waiting')).toBe(0);
  expect(await metric('generation_tokens_total')).toBeGreaterThan(0);
  expect(await metric('prefix_cache_hits_total')).toBeGreaterThan(0);
});

test('/v1/models names the model and its window', async () => {
  const models = await openai.models.list();
  expect(models.data).toEqual([expect.objectContaining({ id: 'small', max_model_len: 2048 })]);
});
