import { expect, test } from 'vitest';
import { detectToolSyntax } from './detect-syntax.ts';
import { genericSyntax } from './generic-syntax.ts';
import { sampleRenderer, sampleTemplates } from './testing/sample-templates.ts';
import { anyId, anyIndex } from './tool-syntax.ts';

const render = sampleRenderer();

const detected = (family: string) => detectToolSyntax({ template: sampleTemplates[family], render });

test('a call in JSON is taken apart around its name and its arguments', () => {
  expect(detected('hermes')).toEqual({
    label: '<tool_call>',
    style: 'plain',
    sectionOpen: '',
    callOpen: '<tool_call>\n{"name": "',
    afterName: '", "arguments": ',
    arguments: 'json',
    callClose: '}\n</tool_call>',
    between: '\n',
    sectionClose: '',
    listInSystem: false,
  });
});

test('what stands around all calls is told from what stands around each', () => {
  expect(detected('deepseek')).toMatchObject({
    sectionOpen: '<｜calls▁begin｜>',
    callOpen: '<｜call▁begin｜>',
    afterName: '<｜sep｜>',
    callClose: '<｜call▁end｜>',
    between: '',
    sectionClose: '<｜calls▁end｜>',
  });
  expect(detected('mistral nemo')).toMatchObject({
    sectionOpen: '[TOOL_CALLS][',
    callOpen: '{"name": "',
    callClose: `, "id": "${anyId}"}`,
    between: ', ',
    sectionClose: ']',
  });
});

test('numbers of calls and ids become placeholders', () => {
  expect(detected('kimi').afterName).toBe(`:${anyIndex}<|argument_begin|>`);
  expect(detected('cohere').callOpen).toBe(`\n    {"tool_call_id": "${anyIndex}", "tool_name": "`);
  expect(detected('mistral small').afterName).toBe(`[CALL_ID]${anyId}[ARGS]`);
});

test('arguments between tags are told from JSON', () => {
  const coder = detected('qwen coder');
  expect(coder).toMatchObject({
    callOpen: '<tool_call>\n<function=',
    afterName: '>\n',
    callClose: '</function>\n</tool_call>',
  });
  expect(coder.arguments).toMatchObject({
    beforeKey: '<parameter=',
    afterKey: { string: '>\n', number: '>\n' },
    afterValue: '\n</parameter>\n',
  });
  expect(detected('deepseek v3.2').arguments).toMatchObject({
    afterKey: { string: '" string="true">', number: '" string="false">', object: '" string="false">' },
  });
});

test('a template that writes one call at a time has nothing between calls', () => {
  expect(detected('llama 3')).toMatchObject({
    label: 'bare JSON',
    callOpen: '{"name": "',
    between: undefined,
  });
});

test('an end token that only turns of calls have is no part of the calls', () => {
  expect(detected('end token of its own')).toMatchObject({ callClose: '<|call:end|>', sectionClose: '' });
});

test('no template, one that knows no tools, and one that is broken get the generic syntax', () => {
  const ignorant = "{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}";
  for (const template of [undefined, ignorant, '{% broken']) {
    expect(detectToolSyntax({ template, render })).toEqual(genericSyntax);
  }
});

test('a template that writes calls but lists no tools keeps its own syntax', () => {
  const template = sampleTemplates['hermes']?.replace('{% if tools %}', '{% if false %}');
  expect(detectToolSyntax({ template, render })).toMatchObject({ label: '<tool_call>', listInSystem: true });
});
