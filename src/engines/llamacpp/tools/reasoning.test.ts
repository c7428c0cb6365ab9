import { expect, test } from 'vitest';
import { detectReasoning, reasoningStart } from './reasoning.ts';

test.each([
  ['{{ content.split("</think>") }}', '<think>', '</think>'],
  ["{{ '<seed:think>' + t + '</seed:think>' }}", '<seed:think>', '</seed:think>'],
  ["{{ '[THINK]' + t + '[/THINK]' }}", '[THINK]', '[/THINK]'],
  ["{{ '<|channel>thought\\n<channel|>' }}", '<|channel>thought', '<channel|>'],
  ["{{ '<|START_THINKING|>' }}", '<|START_THINKING|>', '<|END_THINKING|>'],
])('tags are found in a template: %s', (template, open, close) => {
  expect(detectReasoning(template)).toMatchObject({ style: 'tags', open, close });
});

test('gpt-oss has channels', () => {
  expect(detectReasoning("{{ '<|channel|>analysis<|message|>' }}")).toEqual({ style: 'harmony' });
});

test('a template that knows no thinking has none', () => {
  expect(detectReasoning('{{ messages }}')).toBeUndefined();
  expect(detectReasoning(undefined)).toBeUndefined();
  expect(reasoningStart(undefined, 'prompt')).toBeUndefined();
});

const tags = detectReasoning('</think>');

test.each([
  ['<|im_start|>assistant\n', 'possible'],
  ['<|im_start|>assistant\n<think>\n', 'open'],
  ['<|im_start|>assistant\n<think>\n\n</think>\n\n', 'closed'],
  ['<|im_start|>user\nWhat is <think>?<|im_end|>\n<|im_start|>assistant\n', 'possible'],
])('the end of the prompt says whether the model thinks: %j', (prompt, at) => {
  expect(reasoningStart(tags, prompt)).toEqual({ reasoning: tags, at });
});

test.each([
  ['<|start|>assistant', 'possible'],
  ['<|start|>assistant<|channel|>analysis<|message|>', 'open'],
  ['<|start|>assistant<|channel|>final<|message|>', 'closed'],
])('and for channels: %j', (prompt, at) => {
  expect(reasoningStart({ style: 'harmony' }, prompt)?.at).toBe(at);
});
