import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withMembers } from './member-patch.ts';

const patch = (text: string, name = 'new'): string =>
  withMembers(Buffer.from(text), { model: name }).toString('utf8');

test.each([
  ['{"model":"old","n":1}', '{"model":"new","n":1}'],
  ['{ "n" : 1.0 , "model" : "old" }', '{ "n" : 1.0 , "model" : "new" }'],
  ['{"model":null}', '{"model":"new"}'],
  ['{}', '{"model":"new"}'],
  [' \n{ }', ' \n{"model":"new" }'],
  ['{"n":12345678901234567890}', '{"model":"new","n":12345678901234567890}'],
  ['{"messages":[{"model":"inner"}],"model":"old"}', '{"messages":[{"model":"inner"}],"model":"new"}'],
  ['{"a":"\\"model\\":\\"x\\"","model":"old"}', '{"a":"\\"model\\":\\"x\\"","model":"new"}'],
  ['{"a":"\\\\","model":"old"}', '{"a":"\\\\","model":"new"}'],
  ['{"mod\\u0065l":"old"}', '{"mod\\u0065l":"new"}'],
  ['{"model":"a","x":{},"model":"b"}', '{"model":"new","x":{},"model":"new"}'],
  ['{"model" :"a\\"b"\n}', '{"model" :"new"\n}'],
])('%s becomes %s', (before, after) => {
  expect(patch(before)).toBe(after);
});

/** JSON text with blanks in every place where they may be. */
const spaced = (value: unknown, blank: () => string): string => {
  const b = blank;
  if (Array.isArray(value)) return `[${b()}${value.map((v) => `${spaced(v, b)}${b()}`).join(`,${b()}`)}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([k, v]) => `${JSON.stringify(k)}${b()}:${b()}${spaced(v, b)}${b()}`,
    );
    return `{${b()}${members.join(`,${b()}`)}}`;
  }
  return JSON.stringify(value);
};

test.each([
  ['{}', '{"model":"m","max_tokens":9}'],
  ['{"max_tokens":100,"n":1}', '{"model":"m","max_tokens":9,"n":1}'],
  ['{"max_tokens":null,"model":"x"}', '{"max_tokens":9,"model":"m"}'],
  ['{"model":"x","max_tokens":1,"max_tokens":-2e9}', '{"model":"m","max_tokens":9,"max_tokens":9}'],
  ['{"__proto__":{"model":"x"}}', '{"model":"m","max_tokens":9,"__proto__":{"model":"x"}}'],
])('several at once: %s becomes %s', (before, after) => {
  expect(withMembers(Buffer.from(before), { model: 'm', max_tokens: 9 }).toString()).toBe(after);
});

test('whatever the object, only `model` changes', () => {
  const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('model', 'a"model', 'model\\', '{'));
  const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true });
  const blanks = fc.infiniteStream(fc.constantFrom('', ' ', '\n', '\t \r\n'));
  fc.assert(
    fc.property(object, fc.string({ unit: 'grapheme' }), blanks, (value, name, stream) => {
      const text = spaced(value, () => stream.next().value);
      const parsed = JSON.parse(text);
      const result = patch(text, name);
      expect(JSON.parse(result)).toEqual({ ...parsed, model: name });
    }),
    { numRuns: 2000 },
  );
});
