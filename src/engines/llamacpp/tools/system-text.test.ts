import { expect, test } from 'vitest';
import { createAnswerParser } from './answer-parser.ts';
import { genericSyntax } from './generic-syntax.ts';
import { toolsAsSystemText } from './system-text.ts';
import { gather, sampleTools } from './testing/sample-calls.ts';

test('every tool is listed as the JSON it came as', () => {
  const text = toolsAsSystemText(sampleTools);
  for (const tool of sampleTools) expect(text).toContain(`\n${JSON.stringify(tool)}\n`);
});

test('a model that copies the example makes a call that is understood', () => {
  const tools = [{ type: 'function', function: { name: 'TOOL_NAME' } }] as const;
  const parser = createAnswerParser({
    calls: { syntax: genericSyntax, tools, forced: false },
    reasoning: undefined,
  });
  const { calls } = gather([...parser.push(toolsAsSystemText(tools)), ...parser.end()]);
  expect(calls).toEqual([{ name: 'TOOL_NAME', arguments: '{"ARGUMENT_NAME":"VALUE"}' }]);
});

test('the example is in the syntax of a model that has its own', () => {
  const text = toolsAsSystemText(sampleTools, {
    ...genericSyntax,
    callOpen: '[CALL]',
    afterName: '[ARGS]',
    callClose: '',
  });
  expect(text).toContain('[CALL]TOOL_NAME[ARGS]{"ARGUMENT_NAME":"VALUE"}');
});
