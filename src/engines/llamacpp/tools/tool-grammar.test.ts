import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { GrammarSampler, randomFrom } from '../../../../test/support/gbnf/sample-grammar.ts';
import { createAnswerParser } from './answer-parser.ts';
import { detectToolSyntax } from './detect-syntax.ts';
import { genericSyntax, harmonySyntax } from './generic-syntax.ts';
import type { ReasoningStart } from './reasoning.ts';
import { gather, type ReadAnswer, sampleTools } from './testing/sample-calls.ts';
import { sampleRenderer, sampleTemplates } from './testing/sample-templates.ts';
import type { ChatTool } from './tool.ts';
import { autoToolGrammar, forcedToolGrammar, grammarAfterReasoning } from './tool-grammar.ts';
import type { ToolSyntax } from './tool-syntax.ts';
import { validateCall } from './validate-call.ts';
import { writeCalls } from './write-calls.ts';

const render = sampleRenderer();

const pythonSyntax: ToolSyntax = {
  ...genericSyntax,
  sectionOpen: '<|calls|>[',
  callOpen: '',
  afterName: '(',
  arguments: 'python',
  callClose: ')',
  between: ', ',
  sectionClose: ']<|/calls|>',
};

const gemmaSyntax: ToolSyntax = {
  ...genericSyntax,
  callOpen: '<|call>call:',
  afterName: '{',
  arguments: 'gemma',
  callClose: '}<call|>',
  between: '',
};

const syntaxes: readonly (readonly [string, ToolSyntax])[] = [
  ...Object.entries(sampleTemplates).map(
    ([family, template]) => [family, detectToolSyntax({ template, render })] as const,
  ),
  ['generic', genericSyntax],
  ['gpt-oss', harmonySyntax],
  ['python', pythonSyntax],
  ['gemma', gemmaSyntax],
];

/** With what agents' schemas have beside plain types. */
const tools: readonly ChatTool[] = [
  ...sampleTools,
  {
    type: 'function',
    function: {
      name: 'search',
      parameters: {
        type: 'object',
        properties: {
          where: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          kind: { type: 'string', enum: ['file', "it's", 'a\nb'] },
          limit: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
          at: {
            anyOf: [
              { type: 'object', properties: { hour: { type: 'integer' } }, required: ['hour'] },
              { type: 'string', enum: ['noon', 'a "quoted" one'] },
              { type: 'null' },
            ],
          },
          near: { $ref: '#/$defs/point' },
          any: {},
        },
        required: ['kind'],
        $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
      },
    },
  },
  { type: 'function', function: { name: 'free' } },
];

const sampler = (gbnf: string): ((seed: number) => string) => {
  const grammar = new GrammarSampler(readGrammar(gbnf));
  return (seed) => grammar.sample(randomFrom(seed));
};

const read = (syntax: ToolSyntax, text: string, reasoning?: ReasoningStart): ReadAnswer => {
  const parser = createAnswerParser({ calls: { syntax, tools, forced: false }, reasoning });
  return gather([...parser.push(text), ...parser.end()]);
};

/** What is wrong with the calls; empty when nothing is. Without `exact`, arguments need only be an object. */
const faults = (answer: ReadAnswer, exact = true): readonly unknown[] =>
  answer.calls
    .map(
      (call) => [call, exact ? validateCall(tools, call) : validateCall([anyTool(call.name)], call)] as const,
    )
    .filter(([, verdict]) => verdict.outcome !== 'valid');

const anyTool = (name: string): ChatTool => ({ type: 'function', function: { name } });

const seeds = fc.integer({ min: 0, max: 1_000_000 });

describe('what the grammar of forced calls lets through is read as valid calls', () => {
  test.each(syntaxes)('%s', (_, syntax) => {
    const { gbnf, exact } = forcedToolGrammar(syntax, tools, 'required', true);
    const sample = sampler(gbnf);
    fc.assert(
      fc.property(seeds, (seed) => {
        const text = sample(seed);
        const answer = read(syntax, text);
        expect(answer.content).toBe('');
        expect(answer.calls.length).toBeGreaterThan(0);
        expect(faults(answer, exact)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

test.each(syntaxes)('%s: a named tool is called, once', (_, syntax) => {
  const { gbnf } = forcedToolGrammar(syntax, tools, { name: 'write' }, true);
  const sample = sampler(gbnf);
  for (const seed of [1, 2, 3]) {
    expect(read(syntax, sample(seed)).calls.map(({ name }) => name)).toEqual(['write']);
  }
});

test('calls come one by one unless they may be parallel and the model was shown tools', () => {
  const shown = { ...genericSyntax, listInSystem: false };
  const most = (syntax: ToolSyntax, parallel: boolean): number => {
    const sample = sampler(forcedToolGrammar(syntax, sampleTools, 'required', parallel).gbnf);
    return Math.max(...Array.from({ length: 30 }, (_, seed) => read(syntax, sample(seed)).calls.length));
  };
  expect(most(shown, false)).toBe(1);
  expect(most(shown, true)).toBeGreaterThan(1);
  expect(most(genericSyntax, true)).toBe(1);
});

const tags = { style: 'tags', open: '<think>', close: '</think>' } as const;

describe('thinking comes first', () => {
  test.each([
    ['open', tags, genericSyntax],
    ['possible', tags, genericSyntax],
    ['closed', tags, genericSyntax],
    ['possible', { style: 'harmony' }, harmonySyntax],
    ['open', { style: 'harmony' }, harmonySyntax],
  ] as const)('%s', (at, style, syntax) => {
    const reasoning = { reasoning: style, at };
    const { gbnf } = forcedToolGrammar(syntax, sampleTools, 'required', false, reasoning);
    const answers = Array.from({ length: 30 }, (_, seed) => read(syntax, sampler(gbnf)(seed), reasoning));
    expect(answers.flatMap((answer) => faults(answer))).toEqual([]);
    expect(answers.every(({ calls, content }) => calls.length === 1 && content === '')).toBe(true);
    expect(answers.some((answer) => answer.reasoning !== '')).toBe(at !== 'closed');
  });
});

describe('a grammar for the answer proper', () => {
  const answer = 'root ::= "{" [0-9] "}"\n';
  const texts = (reasoning: ReasoningStart): readonly ReadAnswer[] => {
    const sample = sampler(grammarAfterReasoning(answer, reasoning));
    return Array.from({ length: 20 }, (_, seed) => read(genericSyntax, sample(seed), reasoning));
  };

  test('stays as it is where nothing comes before it', () => {
    expect(grammarAfterReasoning(answer, undefined)).toBe(answer);
    expect(grammarAfterReasoning(answer, { reasoning: tags, at: 'closed' })).toBe(answer);
  });

  test.each([
    { reasoning: tags, at: 'open' },
    { reasoning: tags, at: 'possible' },
    { reasoning: { ...tags, answer: { open: '<answer>', close: '</answer>' } }, at: 'open' },
    { reasoning: { style: 'harmony' }, at: 'possible' },
    { reasoning: { style: 'harmony' }, at: 'closed' },
  ] as const)('holds after the thinking: %j', (reasoning) => {
    for (const { content } of texts(reasoning)) expect(content).toMatch(/^\{\d\}$/);
  });
});

describe('left to itself', () => {
  const firstAsked = (
    next: (text: string) => string | undefined,
    text: string,
  ): readonly [written: string, gbnf: string] | undefined => {
    for (let length = 0; length <= text.length; length++) {
      const gbnf = next(text.slice(0, length));
      if (gbnf !== undefined) return [text.slice(0, length), gbnf];
    }
    return undefined;
  };

  test.each(syntaxes.filter(([, { style }]) => style === 'plain'))(
    '%s: a call that was begun is completed by the grammar',
    (_, syntax) => {
      const { next } = autoToolGrammar(syntax, sampleTools, { parallel: true });
      const call = writeCalls(syntax, [{ name: 'write', arguments: { count: 1 } }]);
      const [written, gbnf] = firstAsked(next, call) ?? ['', ''];
      expect(written.length).toBeGreaterThan(0);
      const sample = sampler(gbnf);
      for (const seed of [1, 2, 3, 4, 5]) {
        const answer = read(syntax, written + sample(seed));
        expect(answer.calls.length).toBeGreaterThan(0);
        expect(answer.content).toBe('');
        expect(faults(answer)).toEqual([]);
      }
    },
  );

  test('a token may reach beyond the marker, with blanks of its own', () => {
    const { next } = autoToolGrammar(genericSyntax, sampleTools, { parallel: false });
    for (const written of ['Well.\n<tool_call>\n{"name', '<tool_call> {"', '<tool_call>\n{"name": "write_']) {
      const gbnf = next(written) ?? '';
      const answer = read(genericSyntax, written + sampler(gbnf)(7));
      expect(faults(answer)).toEqual([]);
      expect(answer.calls).toHaveLength(1);
    }
  });

  test.each(['', 'Words, {"name": 1}', '<tool_call>\nnot a call', '<tool', '<tool_call>\n{"name": "nobody"'])(
    'nothing is asked of %j',
    (text) => {
      expect(autoToolGrammar(genericSyntax, sampleTools, { parallel: true }).next(text)).toBeUndefined();
    },
  );

  test('bare JSON is a call once its name is', () => {
    const bare = detectToolSyntax({ template: sampleTemplates['llama 3'], render });
    const { next } = autoToolGrammar(bare, sampleTools, { parallel: false });
    expect(next('{"name": "')).toBeUndefined();
    expect(next('{"name": "Bob"')).toBeUndefined();
    expect(next('{"name": "now"')).toBeDefined();
    expect(next('So: {"name": "now"')).toBeUndefined();
  });

  test('a call that is only thought about is none', () => {
    const options = { parallel: false, reasoning: { reasoning: tags, at: 'possible' } } as const;
    const { next } = autoToolGrammar(genericSyntax, sampleTools, options);
    expect(next('<think>I could <tool_call>')).toBeUndefined();
    expect(next('<think>I could</think>\n<tool_call>')).toBeDefined();
    expect(next('<tool_call>')).toBeDefined();
  });

  test.each([
    '<|channel|>commentary to=functions.',
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.wri',
    ' to=functions.',
  ])('gpt-oss: %s', (written) => {
    const { next } = autoToolGrammar(harmonySyntax, sampleTools, { parallel: false });
    const answer = read(harmonySyntax, written + sampler(next(written) ?? '')(3));
    expect(answer.calls).toHaveLength(1);
    expect(faults(answer)).toEqual([]);
    expect(next('<|channel|>final<|message|>see to=functions.')).toBeUndefined();
  });
});

test('exactness is that of the schemas', () => {
  const exact = (list: readonly ChatTool[]): boolean =>
    forcedToolGrammar(genericSyntax, list, 'required', false).exact;
  const odd: ChatTool = {
    type: 'function',
    function: { name: 'odd', parameters: { type: 'object', properties: { a: { not: { type: 'null' } } } } },
  };
  expect(exact(sampleTools)).toBe(true);
  expect(exact([...sampleTools, odd])).toBe(false);
});
