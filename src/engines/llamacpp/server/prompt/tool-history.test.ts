import { expect, test } from 'vitest';
import { toolHistoryAsText } from './tool-history.ts';

const call = (name: string, given: unknown) => ({
  id: 'x',
  type: 'function',
  function: { name, arguments: given },
});

test('calls and results are written out; results in a row become one turn', () => {
  const messages = [
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [call('sky', '{"at":"Bonn"}'), call('wind', { at: 'Bonn' })],
    },
    { role: 'tool', tool_call_id: 'x', content: 'clear' },
    { role: 'tool', tool_call_id: 'y', content: [{ type: 'text', text: 'calm' }] },
    { role: 'assistant', content: 'Fine.' },
  ];
  expect(toolHistoryAsText(messages)).toEqual([
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content:
        '<tool_call>\n{"name": "sky", "arguments": {"at":"Bonn"}}\n</tool_call>\n' +
        '<tool_call>\n{"name": "wind", "arguments": {"at":"Bonn"}}\n</tool_call>',
    },
    {
      role: 'user',
      content: '<tool_response>\nclear\n</tool_response>\n<tool_response>\ncalm\n</tool_response>',
    },
    { role: 'assistant', content: 'Fine.' },
  ]);
});

test('a conversation without tools stays as it is', () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
  ];
  expect(toolHistoryAsText(messages)).toEqual(messages);
});
