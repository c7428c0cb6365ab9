import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnswerParserOptions, createAnswerParser } from './answer-parser.ts';
import { detectToolSyntax } from './detect-syntax.ts';
import { genericSyntax, harmonySyntax } from './generic-syntax.ts';
import type { ReasoningStart } from './reasoning.ts';
import {
  anyText,
  cutUp,
  gather,
  places,
  quoteless,
  type ReadAnswer,
  sampleCall,
  sampleTools,
} from './testing/sample-calls.ts';
import { sampleRenderer, sampleTemplates } from './testing/sample-templates.ts';
import type { ToolSyntax } from './tool-syntax.ts';
import { type WrittenCall, writeCalls } from './write-calls.ts';

const render = sampleRenderer();

const read = (options: AnswerParserOptions, parts: readonly string[]): ReadAnswer => {
  const parser = createAnswerParser(options);
  return gather([...parts.flatMap((part) => parser.push(part)), ...parser.end()]);
};

const withCalls = (syntax: ToolSyntax, reasoning?: ReasoningStart): AnswerParserOptions => ({
  calls: { syntax, tools: sampleTools, forced: false },
  reasoning,
});

/** One character at a time, the hardest way to stream. */
const readSlowly = (options: AnswerParserOptions, text: string): ReadAnswer => read(options, [...text]);

const parsed = (answer: ReadAnswer): readonly WrittenCall[] =>
  answer.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }));

/** The rest of a conversation's text after its prompt: what a model would have written. */
const written = (template: string, calls: readonly WrittenCall[]): string => {
  const question = { role: 'user', content: 'Q' };
  const turn = {
    role: 'assistant',
    content: '',
    tool_calls: calls.map((call, i) => ({ id: `callid12${i}`, type: 'function', function: call })),
  };
  const prompt = render(template, { messages: [question], tools: sampleTools, add_generation_prompt: true });
  const whole = render(template, { messages: [question, turn], tools: sampleTools });
  expect(whole.startsWith(prompt)).toBe(true);
  return whole.slice(prompt.length).replace(/<\|(?:end|calls)\|>$/, '');
};

describe('what a template writes is read back, however it is cut up', () => {
  test.each(Object.keys(sampleTemplates))('%s', (family) => {
    const template = sampleTemplates[family] ?? '';
    const syntax = detectToolSyntax({ template, render });
    const texts = syntax.arguments === 'json' ? anyText : quoteless;
    const calls = fc.array(sampleCall(texts), {
      minLength: 1,
      maxLength: syntax.between === undefined ? 1 : 3,
    });
    fc.assert(
      fc.property(calls, places, (some, cuts) => {
        const answer = read(withCalls(syntax), cutUp(written(template, some), cuts));
        expect(parsed(answer)).toEqual(some);
        expect(answer.content).toBe('');
      }),
      { numRuns: 60 },
    );
  });
});

describe('what we write ourselves is read back', () => {
  const literal = (style: 'python' | 'gemma'): ToolSyntax => ({
    ...genericSyntax,
    sectionOpen: '<calls>[',
    callOpen: '',
    afterName: '(',
    arguments: style,
    callClose: style === 'python' ? ')' : '}',
    between: ', ',
    sectionClose: ']</calls>',
  });
  test.each([
    ['generic', genericSyntax, anyText],
    ['python', literal('python'), anyText.map((text) => text.replaceAll('\t', ' '))],
    ['gemma', { ...literal('gemma'), afterName: '{' }, anyText],
  ] as const)('%s', (_, syntax, texts) => {
    fc.assert(
      fc.property(fc.array(sampleCall(texts), { minLength: 1, maxLength: 3 }), places, (some, cuts) => {
        const answer = read(withCalls(syntax), cutUp(`Well.\n\n${writeCalls(syntax, some)}`, cuts));
        expect(parsed(answer)).toEqual(some);
        expect(answer.content).toBe('Well.');
      }),
      { numRuns: 60 },
    );
  });
});

describe('content', () => {
  const options = withCalls(genericSyntax);

  test.each([
    'Just words.',
    '  leading and trailing blanks \n',
    'A tag <tool_call> in a sentence, and {"name": "write"} too.',
    '<tool_call>\n{"name": "unknown_tool", "arguments": {}}\n</tool_call>',
    '<tool_call>\n{"name": "writ", "arguments": {}}\n</tool_call>',
    '<tool_call>\n{"name": "write", "arguments": 7}\n</tool_call>',
    '<tool_call>{"name": "wri',
    '<tool_ca',
  ])('stays what it is: %j', (text) => {
    expect(readSlowly(options, text)).toEqual({ content: text, reasoning: '', calls: [] });
  });

  test('before and after calls', () => {
    const call = writeCalls(genericSyntax, [{ name: 'now', arguments: {} }]);
    const answer = readSlowly(options, `One moment.\n${call}\nDone <b>so</b>.`);
    expect(answer.calls).toEqual([{ name: 'now', arguments: '{}' }]);
    expect(answer.content).toBe('One moment.\nDone <b>so</b>.');
  });

  test('bare JSON is a call only where the answer begins', () => {
    const bare = detectToolSyntax({ template: sampleTemplates['llama 3'], render });
    const json = '{"name": "now", "parameters": {}}';
    expect(readSlowly(withCalls(bare), json).calls).toHaveLength(1);
    expect(readSlowly(withCalls(bare), `<|python_tag|>${json}`).calls).toHaveLength(1);
    expect(readSlowly(withCalls(bare), `Write ${json}`)).toMatchObject({
      content: `Write ${json}`,
      calls: [],
    });
  });

  test('without tools everything is content', () => {
    const call = writeCalls(genericSyntax, [{ name: 'now', arguments: {} }]);
    expect(readSlowly({ calls: undefined, reasoning: undefined }, call).content).toBe(call);
  });
});

describe('calls as models really write them', () => {
  const options = withCalls(genericSyntax);

  test.each([
    ['other blanks', '<tool_call>{"name":"write","arguments":{"count":1}}</tool_call>'],
    ['many blanks', '<tool_call>\n\n  { "name" : "write" , "arguments" : {"count":1} }\n </tool_call>'],
    ['the other word', '<tool_call>\n{"name": "write", "parameters": {"count":1}}\n</tool_call>'],
    ['JSON in a string', '<tool_call>\n{"name": "write", "arguments": "{\\"count\\":1}"}\n</tool_call>'],
    ['no end', '<tool_call>\n{"name": "write", "arguments": {"count":1}'],
  ])('%s', (_, text) => {
    const answer = readSlowly(options, text);
    expect(parsed(answer)).toEqual([{ name: 'write', arguments: { count: 1 } }]);
    expect(answer.content).toBe('');
  });

  test('a bare line break in a string is escaped', () => {
    const text =
      '<tool_call>\n{"name": "write_file", "arguments": {"path": "a", "content": "b\nc"}}\n</tool_call>';
    expect(parsed(readSlowly(options, text))[0]?.arguments).toEqual({ path: 'a', content: 'b\nc' });
  });

  test('arguments stream before the call is complete', () => {
    const parser = createAnswerParser(options);
    const pieces = parser.push('<tool_call>\n{"name": "write_file", "arguments": {"path": "a.t');
    expect(pieces).toEqual([
      { type: 'tool-start', index: 0, name: 'write_file' },
      { type: 'tool-arguments', index: 0, text: '{"path": "a.t' },
    ]);
  });

  test('a call that is cut short ends, with what there was', () => {
    const answer = readSlowly(options, '<tool_call>\n{"name": "write", "arguments": {"count": 1');
    expect(answer.calls).toEqual([{ name: 'write', arguments: '{"count": 1' }]);
  });

  test('a forced answer gives out calls only', () => {
    const forced = { ...options, calls: { syntax: genericSyntax, tools: sampleTools, forced: true } };
    expect(readSlowly(forced, '<tool_call>\n{"na')).toEqual({ content: '', reasoning: '', calls: [] });
  });
});

describe('arguments between tags', () => {
  const coder = withCalls(detectToolSyntax({ template: sampleTemplates['qwen coder'], render }));
  const call = (content: string): string =>
    `<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=content>\n${content}\n</parameter>\n</function>\n</tool_call>`;

  test('a text may hold the tags themselves', () => {
    const content = 'use </parameter> and </function> here';
    expect(parsed(readSlowly(coder, call(content)))[0]?.arguments).toEqual({ path: 'a', content });
  });

  test('texts stream while they are written', () => {
    const parser = createAnswerParser(coder);
    parser.push('<tool_call>\n<function=write_file>\n<parameter=content>\n');
    expect(parser.push('line "1"\nline')).toEqual([
      { type: 'tool-arguments', index: 0, text: 'line \\"1\\"\\nline' },
    ]);
  });

  test('values follow the schema', () => {
    const write = (parameters: string): unknown =>
      parsed(readSlowly(coder, `<tool_call>\n<function=write>\n${parameters}</function>\n</tool_call>`))[0]
        ?.arguments;
    const one = (key: string, value: string): string => `<parameter=${key}>\n${value}\n</parameter>\n`;
    expect(write(one('count', '7') + one('dry', 'True'))).toEqual({ count: 7, dry: true });
    expect(write(one('tags', "['a', 'b']") + one('options', '{"depth": 1}'))).toEqual({
      tags: ['a', 'b'],
      options: { depth: 1 },
    });
    expect(write(one('count', 'many') + one('other', '7'))).toEqual({ count: 'many', other: 7 });
  });

  test('a number in a text argument stays text', () => {
    expect(parsed(readSlowly(coder, call('42')))[0]?.arguments).toEqual({ path: 'a', content: '42' });
  });
});

describe('thinking', () => {
  const tags = { style: 'tags', open: '<think>', close: '</think>' } as const;
  const start = (at: ReasoningStart['at']): ReasoningStart => ({ reasoning: tags, at });

  test.each([
    ['open', 'I think.\n</think>\n\nAnswer.', 'I think.', 'Answer.'],
    ['possible', '<think>\nI think.\n</think>\n\nAnswer.', 'I think.', 'Answer.'],
    ['possible', 'Answer with <think> in it.', '', 'Answer with <think> in it.'],
    ['possible', '</think>Answer.', '', 'Answer.'],
    ['closed', 'Answer.', '', 'Answer.'],
    ['open', 'cut sho', 'cut sho', ''],
    ['open', '</think>\n\nAnswer.', '', 'Answer.'],
  ] as const)('%s: %j', (at, text, reasoning, content) => {
    const options = { calls: undefined, reasoning: start(at) };
    expect(readSlowly(options, text)).toEqual({ content, reasoning, calls: [] });
    expect(read(options, [text])).toEqual({ content, reasoning, calls: [] });
  });

  test('a call that is only thought about is none', () => {
    const call = writeCalls(genericSyntax, [{ name: 'now', arguments: {} }]);
    const answer = readSlowly(withCalls(genericSyntax, start('open')), `Maybe ${call}?</think>${call}`);
    expect(answer.reasoning).toBe(`Maybe ${call}?`);
    expect(answer.calls).toHaveLength(1);
  });

  test('markers around the answer proper go', () => {
    const reasoning = { ...tags, answer: { open: '<answer>', close: '</answer>' } };
    const options = { calls: undefined, reasoning: { reasoning, at: 'possible' } } as const;
    expect(readSlowly(options, '<think>a</think><answer>b < c</answer>')).toMatchObject({
      reasoning: 'a',
      content: 'b < c',
    });
    expect(readSlowly(options, 'plain')).toMatchObject({ content: 'plain' });
  });
});

describe('gpt-oss', () => {
  const start = (at: ReasoningStart['at']): ReasoningStart => ({ reasoning: { style: 'harmony' }, at });
  const options = withCalls(harmonySyntax, start('possible'));
  const analysis = '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant';

  test('channels are thinking, words to the user, and the answer', () => {
    const text = `${analysis}<|channel|>commentary<|message|>First this.<|end|><|start|>assistant<|channel|>final<|message|>Done.`;
    expect(readSlowly(options, text)).toEqual({ reasoning: 'Hm.', content: 'First this.Done.', calls: [] });
  });

  test.each([
    '<|channel|>commentary to=functions.write <|constrain|>json<|message|>{"count":1}',
    ' to=functions.write<|channel|>commentary json<|message|>{"count":1}<|call|>',
    '<|channel|>commentary to=functions.write<|message|> {"count":1}',
  ])('a message to a function is a call: %s', (text) => {
    const answer = readSlowly(options, analysis + text);
    expect(answer).toEqual({
      reasoning: 'Hm.',
      content: '',
      calls: [{ name: 'write', arguments: '{"count":1}' }],
    });
  });

  test('a message to anyone else is content', () => {
    const text = '<|channel|>commentary to=functions.unknown<|message|>{}';
    expect(readSlowly(options, text)).toMatchObject({ content: '{}', calls: [] });
  });

  test('an answer without channels is content', () => {
    expect(readSlowly(options, 'Just words.').content).toBe('Just words.');
    expect(readSlowly({ calls: undefined, reasoning: start('closed') }, 'Done.').content).toBe('Done.');
  });
});
