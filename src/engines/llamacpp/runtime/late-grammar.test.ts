import { expect, test } from 'vitest';
import { LateGrammar } from './late-grammar.ts';
import type { GrammarState } from './library.ts';

const state = (name: string): GrammarState & { readonly name: string } => ({
  name,
  clone: () => state(name),
});

test('begins when the text asks for it, and stays', () => {
  const asked: string[] = [];
  const grammar = new LateGrammar((text) => {
    asked.push(text);
    return text.endsWith('<call>') ? 'gbnf' : undefined;
  }, state);
  for (const text of ['Let me ', '<call>', 'name']) {
    grammar.prepare();
    grammar.push(text);
  }
  expect(grammar.state).toMatchObject({ name: 'gbnf' });
  const begun = grammar.state;
  grammar.prepare();
  expect(grammar.state).toBe(begun);
  expect(asked).toEqual(['', 'Let me ', 'Let me <call>']);
});

test('free as long as none was given', () => {
  const grammar = new LateGrammar(() => undefined, state);
  grammar.prepare();
  expect(grammar.state).toBeUndefined();
});
