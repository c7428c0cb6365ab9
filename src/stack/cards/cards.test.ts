import { describe, expect, test } from 'vitest';
import { machineReport } from '../../../test/support/machine-report.ts';
import type { NvidiaCard } from '../../machine/nvidia/facts.ts';
import type { Gpu } from '../../machine/report.ts';
import { findVllmModel } from '../../models/catalog/vllm/catalog.ts';
import { catalogBuilds, type PlanBuild } from '../../models/plan-build.ts';
import { cardOfSize, type PlanCard } from './card.ts';
import type { CardsRequest, WantedModel } from './cards-plan.ts';
import { buildsFor, chooseBuild } from './choose-build.ts';
import { drawCard } from './draw-card.ts';
import { planEngine } from './engine-plan.ts';
import { cardsNamed } from './names.ts';
import { planCards } from './plan-cards.ts';
import { plannedWishes as wishes } from './smallest-card.ts';
import { usableCards } from './usable-cards.ts';

const gib = 1024 ** 3;

const buildsOf = (name: string): readonly PlanBuild[] => {
  const model = findVllmModel(name);
  if (!model) throw new Error(name);
  return catalogBuilds(model);
};

const wanted = (...names: readonly string[]): readonly WantedModel[] =>
  names.map((name) => ({ candidates: [buildsOf(name)], why: 'asked for', others: [] }));

const request = (
  cards: string,
  names: readonly string[],
  more: Partial<CardsRequest> = {},
): CardsRequest => ({
  cards: cardsNamed(cards),
  wanted: wanted(...names),
  contextTokens: undefined,
  concurrency: 8,
  quantization: undefined,
  cacheFormat: 'auto',
  vllm: '0.32.0',
  hostGib: null,
  ...more,
});

const card = (name: string): PlanCard => cardsNamed(name)[0] ?? cardOfSize(1);

test('cards as users name them', () => {
  const names = (text: string) => cardsNamed(text).map(({ name }) => name);
  expect(names('2x3090')).toEqual(['RTX 3090', 'RTX 3090']);
  expect(names('RTX 3090, RTX 3060')).toEqual(['RTX 3090', 'RTX 3060']);
  expect(names('2 × 24GB + T4')).toEqual(['a card of 24 GB', 'a card of 24 GB', 'T4']);
  expect(() => cardsNamed('RTX 4909')).toThrow('Did you mean RTX 4090?');
  expect(() => cardsNamed('Voodoo 2')).toThrow('No graphics card is known as "Voodoo 2".');
});

const nvidia = (change: Partial<NvidiaCard>): NvidiaCard => ({
  index: 0,
  uuid: null,
  busId: null,
  computeCapability: '8.9',
  usedBytes: null,
  freeBytes: null,
  displayActive: null,
  powerLimitWatts: null,
  defaultPowerLimitWatts: null,
  computeMode: null,
  mig: null,
  processes: [],
  faults: [],
  ...change,
});

const machine = (gpu: Partial<Gpu>, change: Parameters<typeof machineReport>[0] = {}) =>
  machineReport({
    gpus: { value: [{ vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24 * gib, ...gpu }] },
    ...change,
  });

describe('the cards of a machine', () => {
  test('what others hold is measured; an engine that runs makes room for the planned one', () => {
    const processes = [
      { pid: 1, kind: 'C', name: 'VLLM::EngineCore', usedBytes: 20 * gib },
      { pid: 2, kind: 'G', name: '/usr/bin/gnome-shell', usedBytes: 0.7 * gib },
    ];
    const report = machine({ nvidia: nvidia({ usedBytes: 21 * gib, displayActive: true, processes }) });
    const [found] = usableCards(report).cards;
    expect(found?.usedGib).toBeCloseTo(1, 5);
    expect(found).toMatchObject({ name: 'RTX 4090', totalGib: 23.52, capability: 8.9 });
  });

  test('what was not measured is assumed, and said to be', () => {
    expect(usableCards(machine({})).cards[0]).toMatchObject({
      usedGib: 0.5,
      usedBy: 'what is in use was not checked; 0.5 GiB are assumed',
    });
    expect(usableCards(machine({}, { wsl: true })).cards[0]?.usedGib).toBe(1.3);
  });

  test('a card that vLLM cannot use is left out with the reason', () => {
    const old = machine({ name: 'NVIDIA GeForce GTX 1080', memoryBytes: 8 * gib });
    expect(usableCards(old)).toEqual({ cards: [], notes: [expect.stringContaining('too old for vLLM')] });
    const base = machine({});
    const behind = { ...base, nvidia: { ...base.nvidia, driverVersion: '470.256.02' } };
    expect(usableCards(behind).notes[0]).toContain('older than 525');
    const between = { ...base, nvidia: { ...base.nvidia, driverVersion: '550.54.15' } };
    expect(usableCards(between)).toMatchObject({ cards: [{}], notes: [expect.stringContaining('cu129')] });
  });

  test('a card whose driver does not answer is none', () => {
    expect(usableCards(machine({ problem: 'its driver does not answer' })).cards).toEqual([]);
  });
});

describe('one model', () => {
  test('the parts, the cache and what is free make up the card', () => {
    for (const [name, model] of [
      ['RTX 3090', 'Qwen3.6-27B'],
      ['H100', 'gpt-oss-120b'],
    ] as const) {
      const placed = chooseBuild(buildsOf(model), [card(name)], wishes, undefined);
      const parts = placed?.plan.parts;
      const sum = parts ? parts.weights + parts.activation + parts.runtime + parts.graphs + parts.cache : 0;
      expect(Math.abs(sum - (placed?.plan.budgetGib ?? 0))).toBeLessThan(0.05);
    }
  });

  test('a wish counts: context, format of the weights, format of the cache', () => {
    const plan = planCards(
      request('RTX 4090', ['Qwen3-8B'], { contextTokens: 16_384, quantization: 'int4' }),
    );
    expect(plan.engines[0]?.plan).toMatchObject({
      verdict: 'fits',
      contextTokens: 16_384,
      build: { quantization: 'int4' },
    });
    const tokens = (cacheFormat: string) =>
      planCards(request('RTX 4090', ['Qwen3-8B'], { cacheFormat })).engines[0]?.plan.cacheTokens ?? 0;
    expect(tokens('fp8') / tokens('auto')).toBeCloseTo(2, 1);
  });

  test('a wish that does not fit is refused with what would', () => {
    const plan = planCards(request('RTX 3090', ['Qwen3.6-27B'], { contextTokens: 131_072 }));
    const [engine] = plan.engines;
    expect(plan.arrangement).toBe('none');
    expect(engine?.plan.reason).toMatch(
      /one request needs .* GiB of cache, .* GiB are left; \d+ tokens would fit/,
    );
    const kinds = engine?.alternatives.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['context', 'cards']));
    for (const { contextTokens } of engine?.alternatives ?? []) expect(contextTokens).toBeGreaterThan(1024);
  });

  test('more context than the model was made for is refused, whatever the card holds', () => {
    const plan = planCards(request('H100', ['Qwen3-8B'], { contextTokens: 500_000 })).engines[0]?.plan;
    expect(plan?.verdict).not.toBe('fits');
    expect(plan?.reason).toContain('it was made for');
  });

  test('a build that is not there is said to be missing', () => {
    expect(planCards(request('RTX 4090', ['gpt-oss-20b'], { quantization: 'fp8' }))).toMatchObject({
      arrangement: 'none',
      notes: ['There is no fp8 build of it that is known here.'],
    });
  });

  test('old cards compute in half and cannot read every format', () => {
    expect(buildsFor(buildsOf('gpt-oss-20b'), card('T4'), undefined)).toEqual([]);
    expect(planEngine(buildsOf('Qwen3-8B')[1] as PlanBuild, card('T4'), 1, wishes).half).toBe(true);
    const formats = (name: string) =>
      buildsFor(buildsOf('Qwen3.8-27B'), card(name), undefined).map((b) => b.quantization);
    expect(formats('RTX 3090')).toEqual(['bf16', 'fp8', 'nvfp4', 'int4']);
    expect(formats('RTX 4090')).toEqual(['fp8', 'nvfp4', 'int4']);
  });

  test('several cards are used together where the heads divide, bound by the smallest', () => {
    const two = planCards(request('2x3090', ['Qwen3.8-27B'])).engines[0];
    expect(two).toMatchObject({ cards: [0, 1], plan: { tensorParallel: 2, build: { quantization: 'fp8' } } });
    const three = planCards(request('3x3090', ['Qwen3.8-27B'])).engines[0];
    expect(three?.plan.tensorParallel).toBe(2);
    const mixed = planCards(request('RTX 3090, RTX 3060', ['Qwen3.8-27B'])).engines[0];
    // Half of it on the 3060 would leave less than all of it on the 3090.
    expect(mixed?.cards).toEqual([0]);
  });
});

describe('several models', () => {
  const used = ({ totalGib, usedGib }: PlanCard, plan: ReturnType<typeof planCards>): number => {
    const engines = plan.engines.reduce((sum, { plan: { parts } }) => {
      return sum + parts.weights + parts.activation + parts.runtime + parts.graphs + parts.cache + 0.4;
    }, 0);
    return totalGib - usedGib - engines;
  };

  test('share a card by bytes of cache, the largest first, and never more than there is', () => {
    for (const name of ['RTX 4090', 'RTX 5090', 'H100']) {
      const plan = planCards(request(name, ['Qwen2.5-Coder-1.5B-Instruct', 'Qwen3.5-9B']));
      expect(plan.arrangement).toBe('shared');
      expect(plan.engines.map(({ plan: { build } }) => build.name)).toEqual([
        'Qwen3.5-9B',
        'Qwen2.5-Coder-1.5B-Instruct',
      ]);
      for (const { plan: engine } of plan.engines) {
        expect(engine.cacheBytes).toBeGreaterThan(0);
        expect(engine.utilization).toBeNull();
      }
      expect(used(card(name), plan)).toBeGreaterThan(0);
    }
  });

  test('a context that is asked for is the main model’s, not the one beside it', () => {
    const names = ['Qwen3.5-9B', 'Qwen2.5-Coder-1.5B-Instruct'];
    const contexts = (contextTokens: number | undefined) => {
      const { engines } = planCards(request('RTX 5090', names, { contextTokens }));
      return engines.map(({ plan }) => plan.contextTokens);
    };
    const [main, aside] = contexts(16_384);
    expect(main).toBe(16_384);
    expect(aside).toBe(contexts(undefined)[1]);
  });

  test('take turns where they do not fit together, and the change has its price', () => {
    const plan = planCards(
      request('RTX 5090', ['Devstral-Small-2-24B-Instruct-2512', 'gemma-4-26B-A4B-it'], { hostGib: 16 }),
    );
    expect(plan.arrangement).toBe('turns');
    expect(plan.swap?.hostGib).toBeGreaterThan(20);
    expect(plan.swap?.seconds[0]).toBeLessThan(plan.swap?.seconds[1] ?? 0);
    expect(plan.notes.join(' ')).toContain('The machine has 16 GiB of memory');
  });

  test('each have a card where there are enough', () => {
    const plan = planCards(request('2x3090', ['Qwen3.6-35B-A3B', 'gemma-4-12B-it']));
    expect(plan.arrangement).toBe('apart');
    expect(plan.engines.map(({ cards }) => cards)).toEqual([[0], [1]]);
  });

  test('that fit no way are refused', () => {
    expect(planCards(request('RTX 4060', ['Qwen3.8-27B', 'gpt-oss-120b'])).arrangement).toBe('none');
    expect(planCards(request('RTX 4060', [])).notes).toEqual(['Nothing in the catalogue fits this card.']);
    expect(planCards({ ...request('RTX 4060', []), cards: [] }).notes).toEqual(['There is no NVIDIA card.']);
  });
});

test('the drawing is as wide as asked for, whatever is on the card', () => {
  for (const width of [20, 40, 72]) {
    for (const model of ['Qwen3.8-27B', 'Qwen2.5-Coder-0.5B-Instruct']) {
      for (const name of ['RTX 4060', 'RTX 3090', 'H100']) {
        const plan = chooseBuild(buildsOf(model), [card(name)], wishes, undefined)?.plan;
        expect(drawCard(card(name), plan ? [plan] : [], width)).toHaveLength(width);
      }
    }
  }
});
