import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { matchesGrammar } from '../../../../test/support/gbnf/match-grammar.ts';
import { GrammarSampler, randomFrom } from '../../../../test/support/gbnf/sample-grammar.ts';
import { checkCase, type SchemaCase } from '../../../../test/support/gbnf/schema-case.ts';
import { schemaToGbnf } from './schema-to-gbnf.ts';

const pattern = (source: string, more: object = {}): object => ({ type: 'string', pattern: source, ...more });

const cases: Readonly<Record<string, SchemaCase>> = {
  'any text': {
    schema: { type: 'string' },
    takes: ['', 'a "b" \\ \n\t\u0000', 'é漢😀\u2028'],
    refuses: [1, null],
  },
  minLength: { schema: { minLength: 2 }, takes: ['ab', '😀😀'], refuses: ['', 'a', '😀'] },
  maxLength: {
    schema: { type: 'string', maxLength: 2 },
    takes: ['', 'ab', '😀😀', '\n"'],
    refuses: ['abc', '\n\n\n'],
  },
  'no length': { schema: { type: 'string', maxLength: 0 }, takes: [''], refuses: ['a'] },
  'a length beyond what llama.cpp counts': {
    schema: { type: 'string', minLength: 600, maxLength: 5000 },
    takes: ['a'.repeat(600), 'a'.repeat(2500), 'a'.repeat(5000)],
    refuses: ['a'.repeat(599), 'a'.repeat(5001)],
  },
  'a least length beyond it': {
    schema: { type: 'string', minLength: 2100 },
    takes: ['a'.repeat(2100), 'a'.repeat(3000)],
    refuses: ['a'.repeat(2099)],
  },
  'anchored at both ends': {
    schema: pattern('^ab+c?$'),
    takes: ['ab', 'abbc'],
    refuses: ['a', 'xab', 'abx'],
  },
  'found anywhere': { schema: pattern('b+'), takes: ['b', 'abc', '\nb'], refuses: ['', 'ac'] },
  'at the start': { schema: pattern('^/'), takes: ['/', '/a/b'], refuses: ['a/', ''] },
  'at the end': { schema: pattern('\\.md$'), takes: ['.md', 'a.md'], refuses: ['a.mdx', 'amd'] },
  'found in every text': { schema: pattern('a*'), takes: ['', 'b'], refuses: [1] },
  alternatives: { schema: pattern('^a$|^b|c$'), takes: ['a', 'bx', 'xc'], refuses: ['ax', 'x'] },
  'a group of alternatives': { schema: pattern('^(a|bc)d$'), takes: ['ad', 'bcd'], refuses: ['bd', 'a'] },
  'anchors in a group': { schema: pattern('(^a$)'), takes: ['a'], refuses: ['ab'] },
  classes: { schema: pattern('^[a-c_\\d.-]{2,3}$'), takes: ['a-', '9._'], refuses: ['d-', 'a', 'abca'] },
  'a negated class': {
    schema: pattern('^[^/"\\\\]+$'),
    takes: ['ab', '\n', 'é'],
    refuses: ['', 'a/b', '"', '\\'],
  },
  'quotes and backslashes': { schema: pattern('^["\\\\\\n]+$'), takes: ['"', '\\', '\n"'], refuses: ['a'] },
  'control characters only': { schema: pattern('^[\\x00-\\x02]$'), takes: ['\u0001'], refuses: ['a', ''] },
  'letters by number': {
    schema: pattern('^\\u00e9\\x41[\\u4e00-\\u4e02]$'),
    takes: ['éA一'],
    refuses: ['eA一'],
  },
  'a dot is no line end': { schema: pattern('^.$'), takes: ['a', '"', '😀'], refuses: ['\n', ''] },
  'any character at all': {
    schema: pattern('^[\\s\\S]{1,3}$'),
    takes: ['\n', 'a"\\'],
    refuses: ['', 'abcd'],
  },
  'lazy and named': {
    schema: pattern('^(?<year>\\d{4})-(?:\\d\\d?)+?$'),
    takes: ['2024-1'],
    refuses: ['24-1'],
  },
  'digits without end': {
    schema: pattern('^\\d+$'),
    takes: ['1', '1'.repeat(30)],
    refuses: ['', '1'.repeat(31)],
    narrower: true,
  },
  'counted groups': {
    schema: pattern('^(?:\\d{1,3}\\.){3}\\d{1,3}$'),
    takes: ['1.2.3.4'],
    refuses: ['1.2.3', '1.2.3.4444'],
  },
  'a pattern and a length': {
    schema: pattern('^[a-z][a-z0-9-]*$', { minLength: 2, maxLength: 4 }),
    takes: ['ab', 'a-1b'],
    refuses: ['a', 'abcde', '1a'],
  },
  'a pattern that has the length itself': {
    schema: pattern('^[0-9a-f]{7,40}$', { minLength: 7, maxLength: 40 }),
    takes: ['0123abc'],
    refuses: ['0123ab', 'g123456'],
  },
  'not blank and not long': {
    schema: pattern('\\S', { maxLength: 4 }),
    takes: [' a ', 'ab'],
    refuses: ['', '   ', 'abcde'],
  },
  'an open pattern and a least length': {
    schema: pattern('^a', { minLength: 3 }),
    takes: ['abc'],
    refuses: ['a', 'bcd'],
  },
  'a group that may be missing, and a length': {
    schema: pattern('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', { maxLength: 5 }),
    takes: ['a', 'a-b', 'ab--c'],
    refuses: ['', '-', 'a-', 'abcdef'],
  },
  'a length out of reach of the pattern': {
    schema: pattern('^(ab)+(cd)+$', { maxLength: 7 }),
    takes: ['abcd'],
    refuses: ['abab'],
    exact: false,
  },
  'look-ahead': { schema: pattern('^(?!x)a'), takes: ['ab'], refuses: [1], exact: false },
  'a back-reference': { schema: pattern('^(a)\\1$'), takes: ['aa'], refuses: [1], exact: false },
  'a word boundary': { schema: pattern('\\ba\\b'), takes: ['a'], refuses: [1], exact: false },
  'an anchor inside': { schema: pattern('a(^b|c)'), takes: ['ac'], refuses: [1], exact: false },
  'two patterns': {
    schema: { type: 'string', allOf: [{ pattern: '^a' }, { pattern: 'b$' }] },
    takes: ['ab'],
    refuses: ['ba'],
    exact: false,
  },
  'a format that is not known': { schema: { type: 'string', format: 'binary' }, takes: ['x'], refuses: [1] },
  'a format and a length it cannot have': {
    schema: { type: 'string', format: 'date', maxLength: 4 },
    takes: ['2024'],
    refuses: ['20241'],
  },
  'an address as pydantic writes it': {
    schema: { type: 'string', format: 'uri', minLength: 1, maxLength: 2083 },
    takes: ['https://example.com/a?b=c#d', 'http://localhost:8080'],
    refuses: ['', 'example'],
    narrower: true,
  },
};

for (const [name, one] of Object.entries(cases)) test(`${name}`, () => checkCase(one));

const formatted: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  date: [
    ['2024-02-29', '2000-02-29', '1999-12-31', '2023-04-30'],
    ['2023-02-29', '1900-02-29', '2024-04-31', '2024-13-01', '24-01-01'],
  ],
  time: [
    ['09:30:00Z', '23:59:59.25+02:00'],
    ['24:00:00Z', '09:30', '09:30:00'],
  ],
  'date-time': [
    ['2024-02-29T09:30:00Z', '2024-01-31T00:00:00.5-11:30'],
    ['2024-02-29', '2024-02-29 09:30:00Z'],
  ],
  uuid: [['123e4567-e89b-12d3-a456-426614174000'], ['123e4567e89b12d3a456426614174000', 'x']],
  email: [
    ['a@example.com', 'first.last_1+tag@mail.example-2.org'],
    ['a', 'a@b', '@example.com', 'a b@example.com'],
  ],
  hostname: [
    ['localhost', 'a-1.example.com'],
    ['-a', 'a..b', 'a_b'],
  ],
  uri: [
    ['https://example.com', 'file:///tmp/a%20b.txt', 'http://a.b:80/c/d?e=f&g#h'],
    ['example.com', '/a', 'http:// a'],
  ],
  ipv4: [
    ['127.0.0.1', '255.255.255.0'],
    ['256.0.0.1', '1.2.3', '01.2.3.4'],
  ],
  ipv6: [['2001:db8:0:0:0:0:0:1'], ['1.2.3.4', '2001:db8']],
};

const ajv = new Ajv();
// The type of its default export is off by one level under nodenext.
(addFormats as unknown as (ajv: Ajv) => void)(ajv);

for (const [format, [good, bad]] of Object.entries(formatted)) {
  test(`format ${format}, by the book`, () => {
    const schema = { type: 'string', format };
    const rules = readGrammar(schemaToGbnf(schema).gbnf);
    for (const text of good)
      expect({ text, lets: matchesGrammar(rules, `"${text}"`) }).toEqual({ text, lets: true });
    for (const text of bad)
      expect({ text, lets: matchesGrammar(rules, `"${text}"`) }).toEqual({ text, lets: false });
    const sampler = new GrammarSampler(rules);
    for (let seed = 1; seed <= 300; seed += 1) {
      const text: unknown = JSON.parse(sampler.sample(randomFrom(seed)));
      expect({ text, valid: ajv.validate(schema, text) }).toEqual({ text, valid: true });
    }
  });
}
