import { expect, test } from 'vitest';
import { machineReport } from '../../test/support/machine-report.ts';
import { type Settings, settings } from '../config/schema.ts';
import type { EngineOffer } from './choose-engine.ts';
import { type NamedModel, type PlanFacts, planStack } from './plan.ts';

const gib = 1024 ** 3;

const defaults = Object.fromEntries(
  Object.entries(settings).map(([key, schema]) => [key, schema.parse(undefined)]),
) as Settings;

const llamacpp: EngineOffer = {
  ...{ name: 'llamacpp', weights: 'gguf', onlyWhenAsked: false },
  probe: () => ({ usable: true, why: 'needs nothing but npm' }),
};

const remote: EngineOffer = {
  ...{ name: 'remote', weights: 'nothing', onlyWhenAsked: true },
  probe: () => ({ usable: true, why: 'Ollama 0.13 at http://gpu:11434, 3 models' }),
};

const file = (name: string, sizeGib: number): NamedModel => ({
  ...{ reference: `/models/${name}.gguf`, catalog: undefined, sizeBytes: sizeGib * gib },
});

const plan = (asked: readonly NamedModel[], change: Partial<Settings> = {}, engines = [llamacpp]) => {
  const facts: PlanFacts = {
    report: machineReport({
      memory: { totalBytes: 32 * gib, availableBytes: 20 * gib, limitedBy: 'machine' },
    }),
    settings: { ...defaults, ...change },
    ...{ hostName: 'box', engines, candidates: [], asked, kept: [], onDisk: new Set(), cards: undefined },
  };
  return planStack(facts);
};

test('two models that fit together run beside each other, each with half of the memory', () => {
  const { servings, notes } = plan([file('a', 4), file('b', 4)]);
  const [alone] = plan([file('a', 4)]).servings;
  expect(servings.map(({ turns }) => turns)).toEqual([undefined, undefined]);
  expect(servings[0]?.budget.memoryBytes).toBe(Math.floor((alone?.budget.memoryBytes ?? 0) / 2));
  expect(notes).toEqual([]);
});

test('two that do not fit take turns, each with all of it, and the plan says so', () => {
  const { servings, notes } = plan([file('a', 16), file('b', 14)]);
  const [alone] = plan([file('a', 16)]).servings;
  expect(servings.map(({ turns }) => turns)).toEqual([
    { group: 'memory', pinned: false, residenceSeconds: 30 },
    { group: 'memory', pinned: false, residenceSeconds: 30 },
  ]);
  expect(servings[0]?.budget.memoryBytes).toBe(alone?.budget.memoryBytes);
  expect(notes.join()).toMatch(/take turns.*together they would take about 38\.\d GiB of 25\.6 GiB/);
});

test('the settings decide: always, never, how long, which stays', () => {
  const two = [file('a', 1), file('b', 1)];
  const change = { 'swap.residenceSeconds': 5, 'swap.pinned': ['/models/a.gguf'], 'swap.idleMinutes': 10 };
  expect(plan(two, { 'swap.mode': 'always', ...change }).servings.map(({ turns }) => turns)).toEqual([
    { group: 'memory', pinned: true, residenceSeconds: 5, idleSeconds: 600 },
    { group: 'memory', pinned: false, residenceSeconds: 5, idleSeconds: 600 },
  ]);
  const large = [file('a', 16), file('b', 14)];
  expect(plan(large, { 'swap.mode': 'never' }).servings.map(({ turns }) => turns)).toEqual([
    undefined,
    undefined,
  ]);
});

test('a single model is unloaded when idle, if that was asked for', () => {
  expect(plan([file('a', 1)]).servings[0]).not.toHaveProperty('turns');
  expect(plan([file('a', 1)], { 'swap.idleMinutes': 1 }).servings[0]?.turns).toEqual({
    ...{ pinned: false, residenceSeconds: 30, idleSeconds: 60 },
  });
});

test('models of a server elsewhere: their names there, roles by what they are, nothing to load', () => {
  const own = (id: string, change: object = {}): NamedModel => ({
    ...{ reference: id, catalog: undefined },
    own: {
      ...{ id, context: 8192, tools: true, reasoning: false, fim: false, vision: false, embeddings: false },
      ...change,
    },
  });
  const asked = [
    own('llama3:8b'),
    own('qwen2.5-coder:7b', { fim: true }),
    own('nomic', { embeddings: true }),
  ];
  const { servings, stack } = plan(asked, { engine: 'remote' }, [remote]);
  expect(stack).toBe('host');
  expect(servings.map(({ models: [model] }) => [model?.id, model?.roles])).toEqual([
    ['llama3:8b', ['general']],
    ['qwen2.5-coder:7b', ['coder']],
    ['nomic', ['embedding']],
  ]);
  expect(servings[1]?.models[0]).toMatchObject({
    capabilities: { tools: true, fim: true },
    why: 'served there',
  });
  const [alone] = plan([own('llama3:8b')], { engine: 'remote' }, [remote]).servings;
  expect(alone?.models[0]?.roles).toEqual(['coder', 'general']);
});
