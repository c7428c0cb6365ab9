import { expect, test } from 'vitest';
import { Grammars } from './grammars.ts';
import type { Llama, LlamaModel, NativeLibrary } from './library.ts';

const counting = () => {
  const compiled: string[] = [];
  class LlamaGrammar {
    readonly grammar: string;
    constructor(_llama: Llama, { grammar }: { grammar: string }) {
      if (grammar === '') throw new Error('Failed to parse grammar');
      compiled.push(grammar);
      this.grammar = grammar;
    }
  }
  const library = { LlamaGrammar } as unknown as NativeLibrary;
  return { compiled, grammars: new Grammars(library, {} as Llama, {} as LlamaModel) };
};

test('a grammar is compiled once', () => {
  const { compiled, grammars } = counting();
  expect(grammars.compile('a')).toBe(grammars.compile('a'));
  expect(compiled).toEqual(['a']);
});

test('the ones used last are kept', () => {
  const { compiled, grammars } = counting();
  for (let i = 0; i < 32; i++) grammars.compile(`g${i}`);
  grammars.compile('g0');
  grammars.compile('another');
  grammars.compile('g0');
  grammars.compile('g1');
  expect(compiled.filter((name) => name === 'g0')).toHaveLength(1);
  expect(compiled.filter((name) => name === 'g1')).toHaveLength(2);
});

test('an invalid one throws each time', () => {
  const { grammars } = counting();
  expect(() => grammars.compile('')).toThrow('Failed to parse');
  expect(() => grammars.compile('')).toThrow('Failed to parse');
});
