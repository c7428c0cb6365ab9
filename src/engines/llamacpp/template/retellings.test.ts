import { expect, test } from 'vitest';
import { sampleRenderer } from '../tools/testing/sample-templates.ts';
import type { ChatMessage } from './chat-message.ts';
import { renderChat } from './render-chat.ts';

const rendered = (template: string, messages: readonly ChatMessage[]): string =>
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

/** A template that refuses what `unless` does not hold for. */
const strict = (unless: string): string =>
  `{% for m in messages %}{% if not (${unless}) %}{{ raise_exception('no') }}{% endif %}{{ '[' + m.role + ']' + m.content }}{% endfor %}`;

const alternating = strict(
  "(loop.index0 + (1 if messages[0].role == 'user' else 0)) % 2 == (1 if m.role == 'user' else 0) or m.role == 'system'",
);

test('turns of one role in a row are joined', () => {
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
    { role: 'assistant', content: 'c' },
  ];
  expect(rendered(alternating, messages)).toBe('[user]a\n\nb[assistant]c');
});

test('a later instruction keeps its place', () => {
  const template = strict("m.role != 'system' or loop.first");
  const messages = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'system', content: 'now' },
    { role: 'user', content: 'c' },
  ];
  expect(rendered(template, messages)).toBe('[system]s[user]a[assistant]b[user]now\n\nc');
});

test('what a system message says goes to the user where there is no system', () => {
  const template = strict("m.role != 'system'");
  const messages = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'a' },
  ];
  expect(rendered(template, messages)).toBe('[user]s\n\na');
});

test('ids become nine letters and digits where the template insists, the same ones for a call and its result', () => {
  const template = `{% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('9') }}{% endif %}{{ c.id }}={{ c.function.arguments.argone }}{{ c.function.name }}{% endfor %}{% if m.role == 'tool' %}/{{ m.tool_call_id }}{% endif %}{{ m.content }}{% endfor %}`;
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', tool_calls: [{ id: 'chatcmpl-tool-1', function: { name: 'f', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'chatcmpl-tool-1', content: 'r' },
  ];
  expect(rendered(template, messages)).toBe('acall00000=f/call00000r');
});

test('a template that takes the messages gets them as they are', () => {
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'user', content: 'b' },
  ];
  expect(rendered(strict('true'), messages)).toBe('[user]a[user]b');
});
