import { expect, test } from 'vitest';
import { sampleTools } from './testing/sample-calls.ts';
import { validateCall } from './validate-call.ts';

const outcome = (name: string, text: string): string =>
  validateCall(sampleTools, { name, arguments: text }).outcome;

test('arguments are checked against their own tool', () => {
  expect(outcome('write', '{"count": 1}')).toBe('valid');
  expect(outcome('write', '{"count": "1"}')).toBe('invalid');
  expect(outcome('write_file', '{"count": 1}')).toBe('invalid');
});

test.each(['', '{"count": 1', '[]', '"text"', 'null'])('%j is no object', (text) => {
  expect(outcome('write', text)).toBe('invalid');
});

test('a tool that is not there is called wrongly', () => {
  expect(validateCall(sampleTools, { name: 'nothing', arguments: '{}' })).toEqual({
    outcome: 'invalid',
    problems: ['there is no tool "nothing"'],
  });
});

test('a tool without a schema takes any object', () => {
  const tools = [{ type: 'function', function: { name: 'free' } }] as const;
  expect(validateCall(tools, { name: 'free', arguments: '{"x": [1]}' })).toEqual({ outcome: 'valid' });
});
