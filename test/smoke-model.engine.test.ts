import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine, type TestEngine } from './support/engine.ts';

/** The model that lives in the repository can do what its card (docs/smoke-model.md) says, through the real engine. */
const file = fileURLToPath(new URL('../src/models/smoke/localai-smoke.gguf', import.meta.url));

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ file, modelId: 'localai-smoke' });
});
afterAll(() => engine.stop());

const chat = async (body: Readonly<Record<string, unknown>>) => {
  const answer = await engine.post('/v1/chat/completions', {
    model: 'localai-smoke',
    max_tokens: 80,
    ...body,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.choices[0];
};

const user = (content: string) => [{ role: 'user', content }];

test('it is at most 2 MB', () => {
  expect(existsSync(file)).toBe(true);
  expect(statSync(file).size).toBeLessThanOrEqual(2_000_000);
});

/** Question, and a word that a right answer has. */
const questions: readonly (readonly [string, string])[] = [
  ['what is localai?', 'private AI server'],
  ['How do I start localai?', 'localai up'],
  ['How can I stop the server?', 'localai down'],
  ['What does localai status do?', 'running'],
  ['Where are the logs?', 'localai logs'],
  ['How do I get my API key?', 'localai key show'],
  ['Which port does localai use?', '8080'],
  ['Does it work offline?', 'offline'],
  ['Do I need a GPU?', 'CPU'],
  ['Is it compatible with the OpenAI API?', 'OpenAI'],
  ['How do I download a model?', 'localai pull'],
  ['Do you log my prompts?', 'private'],
  ['Who are you?', 'test model'],
  ['How many parameters do you have?', 'million'],
  ['Hello!', 'Hello'],
  ['Thank you very much', 'welcome'],
  ['What is the capital of France?', 'Paris'],
  ['What is GGUF?', 'file format'],
  ['Name the days of the week.', 'Tuesday'],
  ['What is 2 + 2?', '4'],
  ['Write a Python function that adds two numbers.', 'return a + b'],
  ['Write a Python function that checks if a number is even.', '% 2 == 0'],
  ['Write a TypeScript function that reverses a string.', 'reverse()'],
  ['How do I compute a factorial in Python?', 'factorial(n - 1)'],
];

test('at least 20 of 24 questions are answered rightly, and every answer ends by itself', async () => {
  const wrong: string[] = [];
  for (const [question, word] of questions) {
    const choice = await chat({ messages: user(question), temperature: 0 });
    expect(choice.finish_reason, `${question} → ${choice.message.content}`).toBe('stop');
    if (!choice.message.content.includes(word)) wrong.push(`${question} → ${choice.message.content}`);
  }
  expect(questions).toHaveLength(24);
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(4);
});

test('a system message and earlier turns do not confuse it', async () => {
  const messages = [
    { role: 'system', content: 'You are a helpful assistant.' },
    ...user('Hi'),
    { role: 'assistant', content: 'Hello! I am a small test model. Ask me about localai.' },
    ...user('How do I stop the server?'),
  ];
  expect((await chat({ messages, temperature: 0 })).message.content).toContain('localai down');
});

test('it calls a tool of its own accord, and tells the result', async () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const description = 'Get the weather in a city';
  const tools = [{ type: 'function', function: { name: 'get_weather', description, parameters } }];
  const messages: unknown[] = user('What is the weather in Paris?');
  const asked = await chat({ messages, tools, temperature: 0 });
  expect(asked.finish_reason).toBe('tool_calls');
  const [call] = asked.message.tool_calls;
  expect(call.function.name).toBe('get_weather');
  expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Paris' });
  const result = { role: 'tool', tool_call_id: call.id, content: 'sunny' };
  const told = await chat({ messages: [...messages, asked.message, result], tools, temperature: 0 });
  expect(told.message.content).toContain('sunny');
});

test('it fills a middle', async () => {
  const answer = await engine.post('/v1/completions', {
    ...{ model: 'localai-smoke', prompt: 'def add(a, b):\n', suffix: '\n', max_tokens: 40, temperature: 0 },
  });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json.choices[0].text).toContain('return a + b');
});

const string = { type: 'string', maxLength: 20 };
const integer = { type: 'integer', minimum: 0, maximum: 99 };
const object = (properties: Readonly<Record<string, unknown>>, required = Object.keys(properties)) => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});

const schemas: readonly unknown[] = [
  object({ name: string }),
  object({ name: string, age: integer }),
  object({ city: string, country: string }, ['city']),
  object({ ok: { type: 'boolean' } }),
  object({ value: { type: ['string', 'null'], maxLength: 20 } }),
  object({ color: { enum: ['red', 'green', 'blue'] } }),
  object({ kind: { const: 'file' }, path: string }),
  object({ tags: { type: 'array', items: string, maxItems: 3 } }),
  object({ point: object({ x: integer, y: integer }) }),
  object({ value: { anyOf: [integer, { type: 'null' }] } }),
  object({ value: { oneOf: [object({ a: integer }), object({ b: string })] } }),
  object({ price: { type: 'number', minimum: 0, maximum: 10 } }),
  object({
    steps: {
      type: 'array',
      minItems: 1,
      maxItems: 2,
      items: object({ title: string, done: { type: 'boolean' } }),
    },
  }),
  object({ code: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{3}$' } }),
  object({ date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' } }),
  {
    ...object({ next: { anyOf: [{ $ref: '#/$defs/leaf' }, { type: 'null' }] } }),
    $defs: { leaf: object({ value: integer }) },
  },
  {
    allOf: [
      { type: 'object', properties: { a: integer }, required: ['a'] },
      object({ a: integer, b: string }),
    ],
  },
  object({ a: string, b: string, c: string }, []),
  { type: 'array', items: integer, minItems: 2, maxItems: 4 },
  object({ level: { enum: [1, 2, 3] }, note: string }),
];

describe('JSON that meets 20 schemas', () => {
  const ajv = new Ajv({ strict: false });
  test.each(schemas.map((schema, index) => [index, schema] as const))('schema %i', async (_index, schema) => {
    const response_format = { type: 'json_schema', json_schema: { name: 'answer', schema } };
    const choice = await chat({
      messages: user('Answer as JSON.'),
      response_format,
      seed: 1,
      max_tokens: 400,
    });
    expect(choice.finish_reason, choice.message.content).toBe('stop');
    const valid = ajv.validate(schema as object, JSON.parse(choice.message.content));
    expect(valid, `${choice.message.content}: ${ajv.errorsText()}`).toBe(true);
  });
  test('there are 20', () => expect(schemas).toHaveLength(20));
});

test('a forced call has valid arguments', async () => {
  const parameters = object({ city: string, unit: { enum: ['celsius', 'fahrenheit'] } }, ['city']);
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];
  const named = { type: 'function', function: { name: 'get_weather' } };
  for (const tool_choice of ['required', named]) {
    const choice = await chat({ messages: user('Hello'), tools, tool_choice, seed: 2 });
    const [call] = choice.message.tool_calls;
    expect(call.function.name).toBe('get_weather');
    expect(new Ajv().validate(parameters, JSON.parse(call.function.arguments))).toBe(true);
  }
});

test('the same text gives the same embedding', async () => {
  const body = { model: 'localai-smoke', input: 'what is localai?' };
  const [one, two] = [await engine.post('/v1/embeddings', body), await engine.post('/v1/embeddings', body)];
  expect(one.json.data[0].embedding).toEqual(two.json.data[0].embedding);
  expect(one.json.data[0].embedding).toHaveLength(128);
});
