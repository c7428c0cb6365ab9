import { expect, test } from 'vitest';
import { engineApp } from '../../../../../test/support/engine-app.ts';
import { type FakeModel, fakeRuntime } from '../../../../../test/support/fake-runtime.ts';

const url = '/v1/chat/completions';
const hello = [{ role: 'user', content: 'Hello' }];

const start = async (model: FakeModel) => {
  const runtime = fakeRuntime(model);
  const app = await engineApp(runtime);
  return { runtime, app, ask: (body: object) => app.post(url, { messages: hello, ...body }) };
};

const promptOf = ({ runtime }: Awaited<ReturnType<typeof start>>, index = 0): string =>
  runtime.detokenize(runtime.generations[index]?.prompt ?? [], true);

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
const choices = (events: readonly any[]): any[] =>
  events.filter((e) => e?.choices?.[0]).map((e) => e.choices[0]);

const thinkingTemplate =
  "{% for m in messages %}{{ '[' + m.role + ']' + m.content }}{% endfor %}{{ '[assistant]<think>\\n' }}" +
  "{% if false %}{{ '</think>' }}{% endif %}";

const add = {
  type: 'function',
  function: {
    name: 'add',
    parameters: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
  },
};

const callText = (given: string): string =>
  `<tool_call>\n{"name": "add", "arguments": ${given}}\n</tool_call>`;

test('an answer in one piece, over the rest of the context', async () => {
  const engine = await start({ say: () => 'Hi!' });
  const { status, json } = await engine.ask({ model: 'fake', metadata: { a: 1 }, store: true });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion',
    model: 'fake',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'Hi!' }, logprobs: null, finish_reason: 'stop' },
    ],
  });
  expect(json.choices[0].message).not.toHaveProperty('tool_calls');
  const prompt = engine.runtime.generations[0]?.prompt.length ?? 0;
  expect(json.usage).toMatchObject({ prompt_tokens: prompt, completion_tokens: 3, total_tokens: prompt + 3 });
  expect(engine.runtime.generations[0]?.maxTokens).toBe(1000 - prompt);
  expect(promptOf(engine)).toContain('Hello');
});

test('streamed: the role first, then the text, the reason, the usage and [DONE]', async () => {
  const { ask } = await start({ say: () => 'Hi' });
  const { events } = await ask({ stream: true, stream_options: { include_usage: true } });
  expect(choices(events).map(({ delta }) => delta)).toEqual([
    { role: 'assistant', content: '' },
    { content: 'H' },
    { content: 'i' },
    {},
  ]);
  expect(choices(events).map((choice) => choice.finish_reason)).toEqual([null, null, null, 'stop']);
  expect(events.at(-2)).toMatchObject({
    choices: [],
    usage: { prompt_tokens_details: { cached_tokens: 3 } },
  });
  expect(events.at(-1)).toBe('[DONE]');
  const plain = await ask({ stream: true });
  expect(plain.text).not.toContain('usage');
});

test('n answers have seeds of their own and count the prompt once', async () => {
  const { ask, runtime } = await start({ say: (_, index) => `answer ${index}` });
  const { json } = await ask({ n: 3, seed: 5 });
  expect(json.choices.map((one: { message: { content: string } }) => one.message.content)).toEqual([
    'answer 0',
    'answer 1',
    'answer 2',
  ]);
  expect(runtime.generations.map(({ sampling }) => sampling.seed)).toEqual([5, 6, 7]);
  expect(json.usage.prompt_tokens).toBe(runtime.generations[0]?.prompt.length);
  const { events } = await ask({ n: 2, stream: true });
  for (const index of [0, 1]) {
    const own = choices(events).filter((choice) => choice.index === index);
    expect(own[0].delta).toEqual({ role: 'assistant', content: '' });
    expect(own.at(-1).finish_reason).toBe('stop');
  }
});

test('max_completion_tokens wins over max_tokens, and cuts with "length"', async () => {
  const { ask } = await start({ say: () => 'abcdef' });
  const { json } = await ask({ max_tokens: 5, max_completion_tokens: 2 });
  expect(json.choices[0]).toMatchObject({ message: { content: 'ab' }, finish_reason: 'length' });
});

test('log-probabilities with bytes, also in a stream where text is held back', async () => {
  const { ask } = await start({ say: () => 'é!' });
  const { json } = await ask({ logprobs: true, top_logprobs: 2 });
  expect(json.choices[0].logprobs.content[0]).toEqual({
    token: 'é',
    logprob: -0.5,
    bytes: [0xc3, 0xa9],
    top_logprobs: [
      { token: 'é', logprob: -0.5, bytes: [0xc3, 0xa9] },
      { token: '?', logprob: -1.5, bytes: [0x3f] },
    ],
  });
  const { events } = await ask({ logprobs: true, stream: true, stop: '!?' });
  const tokens = choices(events).flatMap((choice) => choice.logprobs?.content ?? []);
  expect(tokens.map(({ token }) => token)).toEqual(['é', '!']);
  expect(tokens[0].top_logprobs).toEqual([]);
  expect((await ask({ top_logprobs: 2 })).json.error.param).toBe('top_logprobs');
});

test.each([
  ['messages', []],
  ['messages', 'Hello'],
  ['messages', [{ content: 'no role' }]],
  ['messages', [{ role: 'user', content: 5 }]],
  ['max_tokens', 0],
  ['top_logprobs', 21],
  ['stream', 'yes'],
  ['response_format', { type: 'xml' }],
  ['response_format', { type: 'json_schema', json_schema: { name: 'x' } }],
  ['tools', [{ type: 'web_search' }]],
  ['tool_choice', 'required'],
  ['tool_choice', { type: 'function', function: { name: 'none' } }],
  ['functions', [{ name: 'old' }]],
  ['modalities', ['audio']],
  ['chat_template', '{{ messages }}'],
  ['cache_salt', 'abc'],
])('%s: %j is a 400 that names it', async (param, value) => {
  const { ask, runtime } = await start({});
  const { status, json } = await ask({ [param]: value });
  expect(status).toBe(400);
  expect(json.error.param).toMatch(new RegExp(`^${param}`));
  expect(runtime.generations).toEqual([]);
});

test('a conversation that is too long is vLLM’s 400, with and without max_tokens', async () => {
  const { ask } = await start({});
  const long = [{ role: 'user', content: 'x'.repeat(1000) }];
  for (const more of [{}, { max_tokens: 5 }]) {
    const { status, json } = await ask({ messages: long, ...more });
    expect(status).toBe(400);
    expect(json.error.message).toContain("This model's maximum context length is 1000 tokens.");
  }
});

test('a picture is refused by name: the model takes text', async () => {
  const { ask } = await start({});
  const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }];
  const { status, json } = await ask({ messages: [{ role: 'user', content }] });
  expect(status).toBe(400);
  expect(json.error.message).toContain('image_url');
  expect(json.error.param).toBe('messages[0].content');
});

test('control tokens in what a user writes stay text', async () => {
  const engine = await start({});
  await engine.ask({ messages: [{ role: 'user', content: 'a<s>b' }] });
  const text = [...'a<s>b'].map((character) => character.charCodeAt(0));
  expect(engine.runtime.generations[0]?.prompt.join()).toContain(text.join());
});

test('thinking comes as reasoning_content and reasoning, apart from the answer', async () => {
  const engine = await start({ facts: { chatTemplate: thinkingTemplate }, say: () => 'hm</think>\nFine.' });
  expect((await engine.app.get('/health')).json.capabilities).toMatchObject({ chat: true, reasoning: true });
  const { json } = await engine.ask({});
  expect(json.choices[0].message).toMatchObject({
    content: 'Fine.',
    reasoning_content: expect.stringContaining('hm'),
    reasoning: expect.stringContaining('hm'),
  });
  const deltas = choices((await engine.ask({ stream: true })).events).map(({ delta }) => delta);
  const joined = (field: string): string => deltas.map((delta) => delta[field] ?? '').join('');
  expect(joined('reasoning').trim()).toBe('hm');
  expect(joined('reasoning_content')).toBe(joined('reasoning'));
  expect(joined('content').trim()).toBe('Fine.');
});

test('earlier thinking reaches the template under one name, developer as system', async () => {
  const template =
    "{% for m in messages %}{{ '[' + m.role + '|' + (m.reasoning_content or '') + ']' + m.content }}{% endfor %}";
  const engine = await start({ facts: { chatTemplate: template } });
  await engine.ask({
    messages: [
      { role: 'developer', content: 'be kind' },
      { role: 'assistant', content: 'ok', reasoning: 'hm' },
      { role: 'user', content: 'go', name: null },
    ],
  });
  expect(promptOf(engine)).toBe('[system|]be kind[assistant|hm]ok[user|]go');
});

test('chat_template_kwargs and reasoning_effort reach the template', async () => {
  const template = '{{ enable_thinking }}/{{ reasoning_effort }}/{{ style }}/{{ messages[0].content }}';
  const engine = await start({ facts: { chatTemplate: template } });
  await engine.ask({ reasoning_effort: 'high', chat_template_kwargs: { style: 'short' } });
  await engine.ask({ reasoning_effort: 'none' });
  expect(promptOf(engine)).toContain('/high/short/');
  expect(promptOf(engine, 1).toLowerCase()).toMatch(/^false/);
});

test('continue_final_message ends the prompt in the middle of the last message', async () => {
  const engine = await start({});
  const messages = [...hello, { role: 'assistant', content: 'Once upon' }];
  await engine.ask({ messages, continue_final_message: true });
  expect(promptOf(engine)).toMatch(/Once upon$/);
  const both = await engine.ask({ messages, continue_final_message: true, add_generation_prompt: true });
  expect(both.json.error.param).toBe('continue_final_message');
});

test('/tokenize counts messages as a chat does', async () => {
  const engine = await start({});
  await engine.ask({ tools: [add] });
  const { json } = await engine.app.post('/tokenize', { messages: hello, tools: [add] });
  expect(json.tokens).toEqual(engine.runtime.generations[0]?.prompt);
});

test('a tool call of the model’s own: no content, JSON as text, finish_reason tool_calls', async () => {
  const engine = await start({ say: () => callText('{"a": 1}') });
  const { json } = await engine.ask({ tools: [add] });
  expect(json.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: null,
      tool_calls: [
        { id: expect.stringMatching(/^[A-Za-z0-9]{9}$/), type: 'function', function: { name: 'add' } },
      ],
    },
  });
  expect(JSON.parse(json.choices[0].message.tool_calls[0].function.arguments)).toEqual({ a: 1 });
  expect(promptOf(engine)).toContain('add');
});

test('streamed calls: index, id and name first, then arguments; text before them stays content', async () => {
  const { ask } = await start({ say: () => `Sure.\n${callText('{"a": 1}')}\n${callText('{"a": 2}')}` });
  const { events } = await ask({ tools: [add], stream: true });
  const deltas = choices(events).map(({ delta }) => delta);
  expect(
    deltas
      .map((delta) => delta.content ?? '')
      .join('')
      .trim(),
  ).toBe('Sure.');
  const calls = deltas.flatMap((delta) => delta.tool_calls ?? []);
  for (const index of [0, 1]) {
    const own = calls.filter((call) => call.index === index);
    expect(own[0]).toMatchObject({ id: expect.any(String), type: 'function', function: { name: 'add' } });
    expect(own.slice(1).every((call) => call.id === undefined)).toBe(true);
    expect(JSON.parse(own.map((call) => call.function.arguments).join(''))).toEqual({ a: index + 1 });
  }
  expect(choices(events).at(-1).finish_reason).toBe('tool_calls');
});

test('a call that was cut short has finish_reason length', async () => {
  const { ask } = await start({ say: () => callText('{"a": 1}') });
  const { json } = await ask({ tools: [add], max_tokens: 45 });
  expect(json.choices[0].finish_reason).toBe('length');
});

test('with tool_choice none what looks like a call is text', async () => {
  const { ask, runtime } = await start({ say: () => callText('{"a": 1}') });
  const { json } = await ask({ tools: [add], tool_choice: 'none' });
  expect(json.choices[0]).toMatchObject({
    message: { content: callText('{"a": 1}') },
    finish_reason: 'stop',
  });
  expect(runtime.generations[0]?.grammar).toBeUndefined();
});

test('a forced call has a grammar from the first token; a schema that nothing meets is a 400', async () => {
  const { ask, runtime } = await start({ say: () => callText('{"a":1}') });
  const { json } = await ask({ tools: [add], tool_choice: { type: 'function', function: { name: 'add' } } });
  expect(json.choices[0].message.tool_calls).toHaveLength(1);
  expect(runtime.generations[0]?.grammar?.('')).toContain('root ::=');
  const impossible = { ...add, function: { name: 'add', parameters: { enum: [] } } };
  const refused = await ask({ tools: [impossible], tool_choice: 'required' });
  expect(refused.status).toBe(400);
  expect(refused.json.error.param).toBe('tools');
});

const unique = { type: 'array', items: { type: 'integer' }, uniqueItems: true };
const uniqueList = { type: 'json_schema', json_schema: { name: 'list', schema: unique } };

test('an answer that the grammar cannot hold to its schema is checked, and tried once more', async () => {
  const { ask, runtime } = await start({ say: (_, index) => (index === 0 ? '[1,1]' : '[1,2]') });
  const { json } = await ask({ response_format: uniqueList });
  expect(json.choices[0].message.content).toBe('[1,2]');
  expect(runtime.generations.map(({ sampling }) => sampling.temperature)).toEqual([1, 0]);
});

test('nothing of it is streamed before the check; two wrong answers are an error', async () => {
  const { ask } = await start({ say: () => '[1,1]' });
  const { status, json } = await ask({ response_format: uniqueList, stream: true });
  expect(status).toBe(500);
  expect(json.error.message).toContain('does not meet the schema');
});

test('a form for the text cannot be had together with tools that may be called', async () => {
  const { ask } = await start({ say: () => '{}' });
  const form = { response_format: { type: 'json_object' } };
  expect((await ask({ ...form, tools: [add] })).json.error.param).toBe('response_format');
  expect((await ask({ ...form, tools: [add], tool_choice: 'none' })).status).toBe(200);
});

test('a model that makes embeddings only says so', async () => {
  const { ask, app } = await start({ facts: { generates: false } });
  expect((await ask({})).json.error).toMatchObject({
    code: 400,
    message: 'The model does not support Chat Completions API',
  });
  expect((await app.post('/v1/completions', { prompt: 'x' })).status).toBe(400);
  expect((await app.post('/v1/embeddings', { input: 'x' })).status).toBe(200);
});
