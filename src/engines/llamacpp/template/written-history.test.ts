import { expect, test } from 'vitest';
import { sampleRenderer, sampleTemplates } from '../tools/testing/sample-templates.ts';
import { renderChat } from './render-chat.ts';

const call = (id: string, city: string) => ({
  id,
  type: 'function',
  function: { name: 'weather', arguments: JSON.stringify({ city }) },
});

const messages = [
  { role: 'user', content: 'Q' },
  { role: 'assistant', content: null, tool_calls: [call('one', 'Paris'), call('two', 'Rome')] },
  { role: 'tool', tool_call_id: 'one', content: 'sunny' },
  { role: 'tool', tool_call_id: 'two', content: 'rainy' },
];

const rendered = (template: string | undefined): string =>
  renderChat({
    template,
    messages,
    addGenerationPrompt: false,
    bosText: '',
    eosText: '',
    controlTexts: [],
    render: sampleRenderer(),
    now: new Date(0),
  }).text;

test('a template that writes calls gets them as they are', () => {
  const text = rendered(sampleTemplates['hermes']);
  expect(text).toContain(
    '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>\n<tool_call>',
  );
  expect(text).toContain('<|start|>tool\nsunny<|end|><|start|>tool\nrainy');
});

test('calls are written out where a template would drop them, and results told by the user', () => {
  expect(rendered(undefined)).toBe(
    [
      '<|im_start|>user\nQ<|im_end|>\n',
      '<|im_start|>assistant\n<tool_call>\n{"name": "weather", "arguments": {"city":"Paris"}}\n</tool_call>\n',
      '<tool_call>\n{"name": "weather", "arguments": {"city":"Rome"}}\n</tool_call><|im_end|>\n',
      '<|im_start|>user\n<tool_response>\nsunny\n</tool_response>\n<tool_response>\nrainy\n</tool_response><|im_end|>\n',
    ].join(''),
  );
});

test('calls come one by one with their results where a template writes one in a turn', () => {
  const text = rendered(sampleTemplates['llama 3']);
  const places = ['Paris', 'sunny', 'Rome', 'rainy'].map((word) => text.indexOf(word));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('arguments stay text where a template wants them so', () => {
  const template = [
    '{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}',
    "{% if c.function.arguments is not string %}{{ raise_exception('text, please') }}{% endif %}",
    '{{ c.function.name + c.function.arguments }}{% endfor %}{% endfor %}',
  ].join('');
  expect(rendered(template)).toBe('Qweather{"city":"Paris"}weather{"city":"Rome"}sunnyrainy');
});
