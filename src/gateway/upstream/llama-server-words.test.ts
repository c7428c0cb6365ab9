import { expect, test } from 'vitest';
import { llamaServerChanges } from './llama-server-words.ts';

const changes = (path: string, body: object) => llamaServerChanges(path, Buffer.from(JSON.stringify(body)));
const chat = '/v1/chat/completions';
const tool = (name: string) => ({ type: 'function', function: { name } });

test('a named tool is that tool alone, and must be called', () => {
  const body = { messages: [], tools: [tool('a'), tool('b')], tool_choice: tool('b') };
  expect(changes(chat, body)).toEqual({ tools: [tool('b')], tool_choice: 'required' });
});

test.each(['auto', 'required', 'none'])('tool_choice %s stays', (choice) => {
  expect(changes(chat, { tools: [tool('a')], tool_choice: choice })).toEqual({});
});

test('most requests are not looked into', () => {
  expect(changes(chat, { messages: [{ role: 'user', content: 'tool_choice' }] })).toEqual({});
  expect(llamaServerChanges('/v1/embeddings', Buffer.from('no JSON'))).toEqual({});
});

test('what would be passed over in silence is refused', () => {
  expect(() => changes(chat, { tools: [tool('a')], tool_choice: tool('c') })).toThrow(/names c/);
  expect(() => changes('/v1/completions', { prompt: 'a', suffix: 'b' })).toThrow(/suffix/);
  expect(() => changes('/tokenize', { messages: [] })).toThrow(/counts no messages/);
  expect(changes('/v1/completions', { prompt: 'a', suffix: '' })).toEqual({});
});

test('a prompt to be counted has another name there', () => {
  expect(changes('/tokenize', { prompt: 'hello' })).toEqual({ content: 'hello' });
  expect(changes('/tokenize', { content: 'hello' })).toEqual({});
});
