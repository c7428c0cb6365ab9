import { expect, test } from 'vitest';
import { vllmCatalog } from '../../src/models/catalog/vllm/catalog.ts';
import type { VllmModel } from '../../src/models/catalog/vllm/entry.ts';
import {
  roleNamed,
  vllmFamily,
  vllmFamilyWords,
  vllmLadder,
} from '../../src/models/catalog/vllm/families.ts';
import { catalogBuilds } from '../../src/models/plan-build.ts';
import { cardOfSize } from '../../src/stack/cards/card.ts';
import { firstThatFits } from '../../src/stack/cards/pick-models.ts';
import { plannedWishes, smallestCard } from '../../src/stack/cards/smallest-card.ts';
import { catalogProblems } from '../../tools/catalog/problems.ts';

test('nothing is wrong with the catalogue', () => expect(catalogProblems(vllmCatalog)).toEqual([]));

test('there is enough to choose from', () => {
  expect(vllmCatalog.length).toBeGreaterThanOrEqual(25);
  const sizes = vllmCatalog.map(({ shape }) => shape.value.parameters ?? 0);
  expect(Math.min(...sizes)).toBeLessThan(1e9);
  expect(Math.max(...sizes)).toBeGreaterThan(1e11);
  for (const role of ['coder', 'general', 'autocomplete', 'embedding'] as const) {
    expect(vllmCatalog.filter(({ roles }) => roles.includes(role)).length).toBeGreaterThanOrEqual(3);
  }
});

const [first] = vllmCatalog;

const broken = (change: (model: VllmModel) => object): readonly string[] => {
  if (!first) throw new Error('the catalogue is empty');
  return catalogProblems([{ ...first, ...change(first) } as VllmModel]);
};

test.each<[string, (model: VllmModel) => object, RegExp]>([
  ['a misspelt key', () => ({ tols: 1 }), /tols/],
  [
    'an unknown parser',
    () => ({ toolParser: { value: 'qwen4', sure: 'memory', source: 'none' } }),
    /tool parser "qwen4"/,
  ],
  [
    'a licence without a name',
    () => ({ license: { value: 'free', sure: 'memory', source: 'none' } }),
    /license/,
  ],
  ['a figure without a source', ({ shape }) => ({ shape: { ...shape, source: '' } }), /shape.source/],
  [
    'no room for its vLLM',
    () => ({ vllmFrom: { value: '0.99', sure: 'memory', source: 'none' } }),
    /wants vLLM 0.99/,
  ],
  [
    'weights that cannot be',
    ({ builds }) => ({
      builds: builds.map((one) => ({ ...one, weightsGib: { value: 3, sure: 'logged', source: 'none' } })),
    }),
    /the parameters come to/,
  ],
  ['more at work than there is', () => ({ activeParameters: 1e15 }), /more parameters at work/],
])('the check finds %s', (_name, change, problem) => {
  expect(broken(change).join('\n')).toMatch(problem);
});

test('a name or a repository that stands twice is found', () => {
  expect(catalogProblems([...vllmCatalog, ...vllmCatalog.slice(0, 1)]).slice(0, 2)).toEqual([
    expect.stringMatching(/^the name .* stands twice$/),
    expect.stringMatching(/^the repository .* stands twice$/),
  ]);
});

test('the words that requests know name a family each', () => {
  expect(vllmFamilyWords).toEqual(
    expect.arrayContaining(['deepseek-coder', 'qwen-coder', 'mistral', 'qwen-general']),
  );
  for (const word of vllmFamilyWords) expect(vllmFamily(word.toUpperCase())?.length).toBeGreaterThan(2);
  expect(vllmFamily('gemma-5')).toBeUndefined();
  expect(roleNamed('Coder')).toBe('coder');
  expect(roleNamed('painter')).toBeUndefined();
});

const sizes = [6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 80, 96];

test.each(['coder', 'general', 'autocomplete', 'embedding'] as const)(
  'the ladder of %s has a rung for each card from 6 to 96 GB, for one and for two, and never a worse one on a larger card',
  (role) => {
    const ladder = vllmLadder(role);
    for (const count of [1, 2]) {
      const rungs = sizes.map((size) => {
        const cards = Array.from({ length: count }, () => cardOfSize(size));
        const found = firstThatFits(ladder, cards, plannedWishes);
        return found ? ladder.indexOf(found.model) : ladder.length;
      });
      expect(rungs).not.toContain(ladder.length);
      expect([...rungs].sort((a, b) => b - a)).toEqual(rungs);
    }
  },
);

test('each model says the smallest card that serves it, where there is one', () => {
  const size = (name: string): number | undefined =>
    smallestCard(
      catalogBuilds(vllmCatalog.find((model) => model.name === name) ?? (vllmCatalog[0] as VllmModel)),
    );
  expect(size('Qwen3.5-4B')).toBe(6);
  expect(size('Qwen3.6-35B-A3B')).toBe(24);
  expect(size('gpt-oss-120b')).toBe(80);
  expect(size('GLM-4.5-Air')).toBeUndefined();
});
