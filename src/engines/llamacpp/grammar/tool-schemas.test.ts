import { expect, test } from 'vitest';
import { readGrammar } from '../../../../test/support/gbnf/grammar-text.ts';
import { GrammarSampler, randomFrom } from '../../../../test/support/gbnf/sample-grammar.ts';
import { OptionalProperties, toolFixtures } from '../../../../test/support/gbnf/tool-schemas.ts';
import { schemaToGbnf } from './schema-to-gbnf.ts';
import { validateInstance } from './validate.ts';

const tools = toolFixtures();
const samples = 150;

/** All that a grammar of ours leaves to the check afterwards. */
const checkedAfterwards = [
  'builders conditional',
  'builders draft7_dependencies',
  'copilot-and-editors get_errors',
  'mcp-services linear_update_issue',
];

test('there are many tools, and what their grammars leave to be checked is known', () => {
  expect(tools.length).toBeGreaterThanOrEqual(100);
  const inexact = tools.filter(({ parameters }) => !schemaToGbnf(parameters).exact).map(({ name }) => name);
  expect(inexact.sort()).toEqual(checkedAfterwards);
});

test.each(tools)(
  '$name: what its grammar lets through is valid, with and without optional properties',
  (tool) => {
    const { gbnf, exact } = schemaToGbnf(tool.parameters);
    const sampler = new GrammarSampler(readGrammar(gbnf));
    const optional = new OptionalProperties();
    for (let seed = 1; seed <= samples; seed += 1) {
      const text = sampler.sample(randomFrom(seed));
      const value: unknown = JSON.parse(text);
      const verdict = validateInstance(tool.parameters, value);
      if (exact) expect({ text, ...verdict }).toEqual({ text, outcome: 'valid' });
      else expect(verdict.outcome).not.toBe('unchecked');
      if (verdict.outcome === 'valid') optional.add(tool.parameters, value);
    }
    expect(optional.alwaysThere).toEqual([]);
    expect(optional.neverThere).toEqual([]);
  },
);

test('grammars stay small, a whole agent’s too', () => {
  const sizes = tools.map(({ parameters }) => schemaToGbnf(parameters).gbnf.length);
  expect(Math.max(...sizes)).toBeLessThan(12_000);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeLessThan(2000);
});
