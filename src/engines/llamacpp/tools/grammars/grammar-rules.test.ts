import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGrammar } from '../../../../../test/support/gbnf/grammar-text.ts';
import { GrammarSampler, randomFrom } from '../../../../../test/support/gbnf/sample-grammar.ts';
import { anyId, anyIndex } from '../tool-syntax.ts';
import { GrammarRules, literal } from './grammar-rules.ts';

const sampleOf = (gbnf: string, seed = 1): string =>
  new GrammarSampler(readGrammar(gbnf)).sample(randomFrom(seed));

test('a literal is the text itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab"\\\n\t<[é🙂') }), (text) => {
      expect(sampleOf(`root ::= ${literal(text) || '""'}\n`)).toBe(text);
    }),
  );
});

test('placeholders are what a model may write there', () => {
  expect(sampleOf(`root ::= ${literal(`a${anyIndex}b${anyId}`)}\n`)).toMatch(/^a\d\d?b[a-zA-Z0-9]{9}$/);
});

test('a text up to a marker holds the marker once, at its end', () => {
  const markers = fc.constantFrom('</think>', 'aab', 'abab', '<|"|>', '\n</p>', 'aaa', '-]^');
  fc.assert(
    fc.property(markers, fc.nat(), (marker, seed) => {
      const rules = new GrammarRules();
      const text = sampleOf(rules.text(rules.until(marker)), seed);
      expect(text.indexOf(marker)).toBe(text.length - marker.length);
    }),
    { numRuns: 300 },
  );
});

test('grammars with the same rule names live side by side', () => {
  const rules = new GrammarRules();
  const first = rules.include('root ::= value # a comment\nvalue ::= "value" [a-b]{2}\n');
  const second = rules.include('root ::= value\nvalue ::= "root ::= \\"x\\""\n');
  expect(rules.include('root ::= value\nvalue ::= "root ::= \\"x\\""\n')).toBe(second);
  expect(sampleOf(rules.text(`${first} "|" ${second}`))).toMatch(/^value[ab][ab]\|root ::= "x"$/);
});
