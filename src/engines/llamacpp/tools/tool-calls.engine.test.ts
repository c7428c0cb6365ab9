import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { smallModel } from '../../../../test/support/small-model.ts';
import { smokeModel } from '../../../../test/support/smoke-model.ts';
import { realSystem } from '../../../system/system.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import type { Runtime, Sampling } from '../runtime/runtime.ts';
import type { ChatMessage } from '../template/chat-message.ts';
import { renderChat } from '../template/render-chat.ts';
import { createAnswerParser } from './answer-parser.ts';
import { detectToolSyntax } from './detect-syntax.ts';
import { toolsAsSystemText } from './system-text.ts';
import { gather, type ReadAnswer } from './testing/sample-calls.ts';
import { sampleTemplates } from './testing/sample-templates.ts';
import type { ChatTool, ForcedChoice } from './tool.ts';
import { autoToolGrammar, forcedToolGrammar } from './tool-grammar.ts';
import type { ToolSyntax } from './tool-syntax.ts';
import { validateCall } from './validate-call.ts';
import { writeCalls } from './write-calls.ts';

const tool = (name: string, description: string, parameters: object): ChatTool => ({
  type: 'function',
  function: { name, description, parameters },
});

const tools: readonly ChatTool[] = [
  tool('get_weather', 'Get the weather in a city', {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 40 }, unit: { enum: ['celsius', 'fahrenheit'] } },
    required: ['city'],
    additionalProperties: false,
  }),
  tool('set_timer', 'Set a timer', {
    type: 'object',
    properties: {
      when: {
        anyOf: [
          {
            type: 'object',
            properties: { minutes: { type: 'integer', minimum: 1 } },
            required: ['minutes'],
            additionalProperties: false,
          },
          { type: 'string', enum: ['noon', 'midnight'] },
          { type: 'null' },
        ],
      },
      repeat: { type: 'boolean' },
    },
    required: ['when'],
    additionalProperties: false,
  }),
  tool('list_files', 'List files', {
    type: 'object',
    properties: {
      paths: { type: 'array', items: { type: 'string', maxLength: 20 }, minItems: 1, maxItems: 3 },
    },
    required: ['paths'],
    additionalProperties: false,
  }),
];

const folder = mkdtempSync(join(tmpdir(), 'tool-calls-'));

const open = async (file: string): Promise<Runtime> =>
  openRuntime(
    {
      libraryFolder: await engineLibrary(),
      file,
      modelId: 'small',
      contextTokens: 2048,
      parallel: 1,
      threads: 1,
      cores: 2,
      gpu: 'off',
      memoryBytes: 4e9,
      tuningFile: join(folder, 'threads.json'),
      socket: join(folder, 'unused.sock'),
    },
    { system: realSystem() },
  );

/** How a model is talked to: its template (undefined: ChatML) and the way in which it calls tools. */
interface Manner {
  readonly runtime: Runtime;
  readonly template: string | undefined;
  readonly syntax: ToolSyntax;
}

/** As its own template has it. */
const ownManner = (runtime: Runtime): Manner => {
  const template = runtime.facts.chatTemplate;
  return { runtime, template, syntax: detectToolSyntax({ template, render: runtime.renderTemplate }) };
};

let runtime: Runtime;
let own: Manner;
/** As with a model whose template knows no tools. */
let plain: Manner;

beforeAll(async () => {
  runtime = await open(smokeModel);
  own = ownManner(runtime);
  plain = {
    runtime,
    template: undefined,
    syntax: detectToolSyntax({ template: undefined, render: runtime.renderTemplate }),
  };
});

afterAll(async () => {
  await runtime?.close();
  rmSync(folder, { recursive: true, force: true });
});

const sampling = (temperature: number, seed: number): Sampling => ({
  temperature,
  seed,
  topP: 1,
  topK: 0,
  minP: 0,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(),
});

const promptOf = (
  messages: readonly ChatMessage[],
  { runtime: { facts, tokenize, renderTemplate: render }, template, syntax }: Manner,
): readonly number[] => {
  const listed = { role: 'system', content: toolsAsSystemText(tools, syntax) };
  const { segments } = renderChat({
    template,
    messages: syntax.listInSystem ? [listed, ...messages] : messages,
    ...(syntax.listInSystem ? {} : { tools }),
    addGenerationPrompt: true,
    bosText: facts.bosText,
    eosText: facts.eosText,
    controlTexts: facts.controlTexts,
    render,
    now: new Date(0),
  });
  return segments.flatMap(({ text, special }) => tokenize(text, special));
};

interface Answered extends ReadAnswer {
  readonly reason: string;
}

const answerTo = async (
  messages: readonly ChatMessage[],
  grammar: (textSoFar: string) => string | undefined,
  how: Sampling,
  manner: Manner,
): Promise<Answered> => {
  const calls = { syntax: manner.syntax, tools, forced: false };
  const parser = createAnswerParser({ calls, reasoning: undefined });
  const pieces: Parameters<typeof gather>[0][number][] = [];
  const { reason } = await manner.runtime.generate({
    prompt: promptOf(messages, manner),
    maxTokens: 300,
    sampling: how,
    grammar,
    signal: new AbortController().signal,
    onToken: (_, text) => {
      pieces.push(...parser.push(text));
      return false;
    },
  });
  return { ...gather([...pieces, ...parser.end()]), reason };
};

test('a template that knows no tools gets the generic syntax, one that does its own', () => {
  expect(plain.syntax.listInSystem).toBe(true);
  expect(own.syntax.listInSystem).toBe(false);
});

describe.each([
  ['own', 1],
  ['own', 2],
  ['own', 3],
  ['generic', 1],
  ['generic', 2],
  ['generic', 3],
] as const)('a forced call in the %s syntax at temperature 1, seed %i', (kind, seed) => {
  const forced = async (choice: ForcedChoice): Promise<Answered> => {
    const manner = kind === 'own' ? own : plain;
    const { gbnf, exact } = forcedToolGrammar(manner.syntax, tools, choice, false);
    expect(exact).toBe(true);
    const question = { role: 'user', content: 'Do something useful.' };
    return answerTo([question], () => gbnf, sampling(1, seed), manner);
  };

  test('of any tool is valid', async () => {
    const { calls, content, reason } = await forced('required');
    expect(reason).toBe('stop');
    expect(content).toBe('');
    expect(calls).toHaveLength(1);
    for (const call of calls) expect(validateCall(tools, call)).toEqual({ outcome: 'valid' });
  });

  test.each(['get_weather', 'set_timer', 'list_files'])('of %s is valid', async (name) => {
    const { calls, reason } = await forced({ name });
    expect(reason).toBe('stop');
    expect(calls.map((call) => call.name)).toEqual([name]);
    for (const call of calls) expect(validateCall(tools, call)).toEqual({ outcome: 'valid' });
  });
});

describe('a syntax of another family', () => {
  const families = Object.entries(sampleTemplates);

  test.each(families)('llama.cpp takes the grammars of %s', (_, template) => {
    const family = detectToolSyntax({ template, render: runtime.renderTemplate });
    const reasoning = {
      reasoning: { style: 'tags', open: '[T<-]', close: '[/T^-]' },
      at: 'possible',
    } as const;
    runtime.checkGrammar(forcedToolGrammar(family, tools, 'required', true, reasoning).gbnf);
    const begun = writeCalls(family, [{ name: 'get_weather', arguments: {} }]);
    const { next } = autoToolGrammar(family, tools, { parallel: true });
    const rests = Array.from({ length: begun.length }, (_, end) => next(begun.slice(0, end)));
    const rest = rests.find((gbnf) => gbnf !== undefined);
    expect(rest).toBeDefined();
    runtime.checkGrammar(rest ?? '');
  });

  test.each(['qwen coder', 'glm', 'kimi', 'cohere'])('%s: a forced call is valid', async (name) => {
    const template = sampleTemplates[name];
    const family = detectToolSyntax({ template, render: runtime.renderTemplate });
    const { gbnf } = forcedToolGrammar(family, tools, { name: 'set_timer' }, false);
    const question = { role: 'user', content: 'Set a timer.' };
    const { calls, content } = await answerTo([question], () => gbnf, sampling(1, 1), {
      ...plain,
      syntax: family,
    });
    expect(content).toBe('');
    expect(calls).toHaveLength(1);
    for (const call of calls) expect(validateCall(tools, call)).toEqual({ outcome: 'valid' });
  });
});

describe('left to itself', () => {
  const left = (messages: readonly ChatMessage[], manner: Manner): Promise<Answered> => {
    const { next } = autoToolGrammar(manner.syntax, tools, { parallel: false });
    return answerTo(messages, next, sampling(0, 1), manner);
  };

  const turn = (id: string, city: string): readonly ChatMessage[] => [
    { role: 'user', content: `What is the weather in ${city}?` },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id, type: 'function', function: { name: 'get_weather', arguments: JSON.stringify({ city }) } },
      ],
    },
  ];

  test('a model that was trained for tools calls one, validly', async () => {
    const { calls, content } = await left([{ role: 'user', content: 'What is the weather in Madrid?' }], own);
    expect(content).toBe('');
    expect(calls.map(({ name }) => name)).toEqual(['get_weather']);
    for (const call of calls) expect(validateCall(tools, call)).toEqual({ outcome: 'valid' });
  });

  test('one that was not follows its own example', async ({ skip }) => {
    const file = smallModel();
    if (!file) return skip('needs a larger model, which pip could not fetch');
    const larger = await open(file);
    onTestFinished(() => larger.close());
    const messages = [
      ...turn('one', 'Paris'),
      ...turn('two', 'Rome'),
      ...turn('three', 'Oslo'),
      { role: 'user', content: 'What is the weather in Madrid?' },
    ];
    const manner = ownManner(larger);
    expect(manner.syntax.listInSystem).toBe(true);
    const { calls, content } = await left(messages, manner);
    expect(content).toBe('');
    expect(calls).toHaveLength(1);
    for (const call of calls) expect(validateCall(tools, call)).toEqual({ outcome: 'valid' });
  });

  test('an answer in words is not touched', async () => {
    const { calls, content } = await left([{ role: 'user', content: 'Say hello.' }], own);
    expect(calls).toEqual([]);
    expect(content.length).toBeGreaterThan(0);
  });
});
