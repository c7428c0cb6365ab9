import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { importLibrary } from '../runtime/library.ts';
import { TemplateRenderer } from '../runtime/template-renderer.ts';
import { renderChat } from '../template/render-chat.ts';
import { createAnswerParser } from './answer-parser.ts';
import { detectToolSyntax } from './detect-syntax.ts';
import { callHistory } from './inference/call-history.ts';
import { sharedPrefix } from './inference/common-text.ts';
import { detectReasoning, reasoningStart } from './reasoning.ts';
import { cutUp, gather, places, quoteless } from './testing/sample-calls.ts';
import type { ChatTool } from './tool.ts';
import type { RenderTemplate } from './tool-syntax.ts';
import type { WrittenCall } from './write-calls.ts';

/** Other people's templates are not ours to keep here: a folder of them can be given. */
const folder = process.env['LOCALAI_TEST_TEMPLATES'];
const names = folder ? readdirSync(folder).filter((name) => name.endsWith('.jinja')) : [];

const openRenderer = async (): Promise<RenderTemplate> => {
  const library = await importLibrary(await engineLibrary());
  const llama = await library.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: 1,
    logLevel: 'warn',
    logger: () => undefined,
  });
  const renderer = new TemplateRenderer(llama);
  expect(renderer.isNative).toBe(true);
  return (template, variables) => renderer.render(template, variables);
};

const tool = (name: string, properties: object): ChatTool => ({
  type: 'function',
  function: {
    name,
    description: `The tool ${name}.`,
    parameters: { type: 'object', properties, required: [] },
  },
});

const tools = [
  tool('write', { path: { type: 'string' }, count: { type: 'integer' } }),
  tool('write_file', { path: { type: 'string' }, force: { type: 'boolean' } }),
];

const calls = fc.oneof(
  fc
    .record({ path: quoteless, count: fc.integer({ min: -99, max: 99 }) })
    .map((values): WrittenCall => ({ name: 'write', arguments: values })),
  fc
    .record({ path: quoteless, force: fc.boolean() })
    .map((values): WrittenCall => ({ name: 'write_file', arguments: values })),
);

if (!folder) {
  test('real templates', ({ skip }) => skip('set LOCALAI_TEST_TEMPLATES to a folder of chat templates'));
} else {
  const render = await openRenderer();
  const bare = { bos_token: '', eos_token: '', tools };
  const question = { role: 'user', content: 'Question' };

  /** What the model would have written for these calls, and how its answer starts. */
  const turnOf = (template: string, some: readonly WrittenCall[], form: 'object' | 'text') => {
    const turn = {
      role: 'assistant',
      content: '',
      tool_calls: some.map((call, i) => ({
        id: `callid12${i}`,
        type: 'function',
        function: { ...call, arguments: form === 'text' ? JSON.stringify(call.arguments) : call.arguments },
      })),
    };
    const prompt = render(template, { ...bare, messages: [question], add_generation_prompt: true });
    const whole = render(template, { ...bare, messages: [question, turn], add_generation_prompt: false });
    const start = reasoningStart(detectReasoning(template), prompt);
    if (whole.startsWith(prompt)) return { text: whole.slice(prompt.length), start };
    const text = sharedPrefix(prompt, whole).second;
    return { text, start: start && { ...start, at: 'possible' as const } };
  };

  describe.each(names)('%s', (name) => {
    const template = readFileSync(join(folder, name), 'utf8');
    const syntax = detectToolSyntax({ template, render });
    const history = callHistory(template, render);

    test('calls that the template writes are read back', ({ skip }) => {
      if (history.calls === 'none') return skip('the template writes no calls');
      const { calls: form } = history;
      fc.assert(
        fc.property(
          fc.array(calls, { minLength: 1, maxLength: history.several ? 3 : 1 }),
          places,
          (some, cuts) => {
            const { text, start } = turnOf(template, some, form);
            const parser = createAnswerParser({ calls: { syntax, tools, forced: false }, reasoning: start });
            const pieces = cutUp(text, cuts).flatMap((part) => parser.push(part));
            const answer = gather([...pieces, ...parser.end()]);
            const read = answer.calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) }));
            expect(read).toEqual(some);
          },
        ),
        { numRuns: 25 },
      );
    });

    test('an agent’s conversation comes through whole', () => {
      const call = (id: string, path: string) => ({
        id,
        type: 'function',
        function: { name: 'write', arguments: JSON.stringify({ path }) },
      });
      const { text } = renderChat({
        template,
        messages: [
          { role: 'system', content: 'Words1' },
          { role: 'developer', content: [{ type: 'text', text: 'Words2' }] },
          { role: 'user', content: 'Words3' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [call('call_a', 'Words4'), call('call_b', 'Words5')],
          },
          { role: 'tool', tool_call_id: 'call_a', content: 'Words6' },
          { role: 'tool', tool_call_id: 'call_b', content: 'Words7' },
          { role: 'user', content: 'Words8' },
        ],
        ...(syntax.listInSystem ? {} : { tools }),
        addGenerationPrompt: true,
        bosText: '',
        eosText: '',
        controlTexts: [],
        render,
        now: new Date(0),
      });
      const lost = [1, 2, 3, 4, 5, 6, 7, 8].filter((n) => !text.includes(`Words${n}`));
      expect(lost).toEqual([]);
    });
  });
}
