import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gbnfSampler } from '../testing/gbnf-sampler.ts';
import { anyId, anyIndex } from '../tool-syntax.ts';
import { GrammarRules, literal } from './grammar-rules.ts';

const randomOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
};

test('a literal is the text itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab"\\\n\t<[é🙂') }), (text) => {
      expect(gbnfSampler(`root ::= ${literal(text) || '""'}\n`)(Math.random)).toBe(text);
    }),
  );
});

test('placeholders are what a model may write there', () => {
  const sample = gbnfSampler(`root ::= ${literal(`a${anyIndex}b${anyId}`)}\n`);
  expect(sample(randomOf(1))).toMatch(/^a\d\d?b[a-zA-Z0-9]{9}$/);
});

test('a text up to a marker holds the marker once, at its end', () => {
  const markers = fc.constantFrom('</think>', 'aab', 'abab', '<|"|>', '\n</p>', 'aaa', '-]^');
  fc.assert(
    fc.property(markers, fc.nat(), (marker, seed) => {
      const rules = new GrammarRules();
      const text = gbnfSampler(rules.text(rules.until(marker)))(randomOf(seed));
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
  expect(gbnfSampler(rules.text(`${first} "|" ${second}`))(() => 0)).toBe('valueaa|root ::= "x"');
});
