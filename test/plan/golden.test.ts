import { describe, expect, test } from 'vitest';
import { testedVllm } from '../../src/machine/gpus/vllm-support.ts';
import { probeMachine } from '../../src/machine/probe-machine.ts';
import { findVllmModel } from '../../src/models/catalog/vllm/catalog.ts';
import { vllmFamily, vllmLadder } from '../../src/models/catalog/vllm/families.ts';
import { chooseModels } from '../../src/models/choose.ts';
import { catalogBuilds } from '../../src/models/plan-build.ts';
import type { PlanCard } from '../../src/stack/cards/card.ts';
import type { WantedModel } from '../../src/stack/cards/cards-plan.ts';
import { cardsPlanLines } from '../../src/stack/cards/cards-text.ts';
import { cardsNamed } from '../../src/stack/cards/names.ts';
import { pickModels } from '../../src/stack/cards/pick-models.ts';
import { planCards } from '../../src/stack/cards/plan-cards.ts';
import { usableCards } from '../../src/stack/cards/usable-cards.ts';
import { fixtureNames, readFixture, recordedMachine } from '../support/recorded-machine.ts';

const wishes = { contextTokens: undefined, concurrency: 8, cacheFormat: 'auto', vllm: 32 };

const textFor = (cards: readonly PlanCard[], wanted: readonly WantedModel[], columns = 80): string =>
  cardsPlanLines(
    planCards({
      cards,
      wanted,
      contextTokens: undefined,
      concurrency: 8,
      quantization: undefined,
      cacheFormat: 'auto',
      vllm: testedVllm,
      hostGib: null,
    }),
    columns,
  ).join('\n');

const picked = (cards: readonly PlanCard[]): readonly WantedModel[] =>
  pickModels(cards, wishes).map(({ model, why }) => ({
    candidates: [catalogBuilds(model)],
    why,
    others: [],
  }));

const asked = (...words: readonly string[]): readonly WantedModel[] =>
  words.map((word) => {
    const models = vllmFamily(word) ?? [findVllmModel(word) ?? []].flat();
    return {
      candidates: models.map(catalogBuilds),
      why: 'asked for',
      others: vllmLadder('general').map(catalogBuilds),
    };
  });

describe.each(fixtureNames)('the plan for %s', (name) => {
  test('is as it was', async () => {
    const { system, host } = recordedMachine(readFixture(name));
    const report = await probeMachine(system, host);
    const { cards, notes } = usableCards(report);
    const embedded = chooseModels(report)
      .slice(0, 2)
      .map(({ model, why }) => `The embedded engine serves ${model.name}: ${why}.`);
    const text = cards.length > 0 ? [textFor(cards, picked(cards))] : embedded;
    await expect([readFixture(name).about, '', ...notes, ...text, ''].join('\n')).toMatchFileSnapshot(
      `../golden/plan/${name}.txt`,
    );
  });
});

test.each([
  ['qwen3.6-27b-on-3090', 'RTX 3090', ['Qwen3.6-27B'], 80],
  ['qwen3.6-27b-on-3090-narrow', 'RTX 3090', ['Qwen3.6-27B'], 46],
  ['coder-and-fill-in-on-4090', 'RTX 4090', ['Qwen3.6-35B-A3B', 'Qwen2.5-Coder-1.5B-Instruct'], 80],
  [
    'two-mains-in-turns-on-5090',
    'RTX 5090',
    ['Devstral-Small-2-24B-Instruct-2512', 'gemma-4-26B-A4B-it'],
    80,
  ],
  ['two-mains-apart-on-2x3090', '2x3090', ['Qwen3.6-35B-A3B', 'gemma-4-12B-it'], 80],
  ['too-big-for-4060', 'RTX 4060', ['Qwen3.8-27B'], 80],
  ['family-on-t4', 'T4', ['mistral'], 80],
] as const)('the plan %s is as it was', async (name, cards, words, columns) => {
  const text = textFor(cardsNamed(cards), asked(...words), columns);
  await expect(`${text}\n`).toMatchFileSnapshot(`../golden/plan/asked/${name}.txt`);
});

test('no line is wider than the terminal', () => {
  for (const columns of [46, 60, 80, 120]) {
    const lines = textFor(cardsNamed('2x3090'), asked('Qwen3.6-27B'), columns).split('\n');
    const tooWide = lines.filter((line) => line.length > Math.max(columns, 46) && line.includes(' '));
    expect(tooWide.filter((line) => !/cyankiwi|vllm serve|Qwen\//.test(line))).toEqual([]);
  }
});
