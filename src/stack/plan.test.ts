import { describe, expect, test } from 'vitest';
import { machineReport } from '../../test/support/machine-report.ts';
import { defaultLimits, defaultRouting } from '../api/gateway-config.ts';
import { type Settings, settings } from '../config/schema.ts';
import type { Gpu } from '../machine/report.ts';
import type { Candidate } from '../models/choose.ts';
import type { CatalogModel } from '../models/model.ts';
import type { EngineOffer } from './choose-engine.ts';
import { type PlanFacts, planStack, type StackPlan } from './plan.ts';
import { planLines } from './plan-text.ts';
import type { PlannedModel } from './planned-model.ts';

const gib = 1024 ** 3;

const machine = machineReport;

const gpu = (vendor: Gpu['vendor'], name: string, memoryBytes: number | null = null): Gpu => ({
  vendor,
  name,
  memoryBytes,
});

const catalogModel = (name: string, reference: string, sizeBytes: number, caveat?: string): CatalogModel => ({
  name,
  summary: name,
  reference,
  license: 'Apache-2.0',
  parameters: 1,
  sizeBytes,
  contextTokens: 32_768,
  kvBytesPerToken: 1,
  roles: ['coder'],
  tools: true,
  reasoning: false,
  fim: true,
  figures: 'config',
  ...(caveat ? { caveat } : {}),
});

const large: Candidate = {
  model: catalogModel('big-coder-7b', 'hf:org/big-coder-7b/big.gguf', 4.68e9),
  why: 'best that fits 26.0 GiB of memory and 16 cores',
};
const small: Candidate = {
  model: catalogModel('tiny-135m', 'pypi:tiny==0.1.2/tiny.gguf', 98.1e6, 'good for trying the plumbing only'),
  why: 'small, and needs no hub',
};
const smoke: Candidate = {
  model: catalogModel('smoke', 'bundled:smoke', 1.2e6, 'knows next to nothing'),
  why: 'comes with localai',
};

const defaults = Object.fromEntries(
  Object.entries(settings).map(([key, schema]) => [key, schema.parse(undefined)]),
) as Settings;

const llamacpp: EngineOffer = {
  ...{ name: 'llamacpp', weights: 'gguf', onlyWhenAsked: false },
  probe: () => ({ usable: true, why: 'needs nothing but npm' }),
};

const facts = (change: Partial<PlanFacts> = {}): PlanFacts => ({
  report: machine(),
  settings: defaults,
  hostName: 'box',
  engines: [llamacpp],
  candidates: [large, small, smoke],
  asked: [],
  kept: [],
  onDisk: new Set(['bundled:smoke']),
  cards: undefined,
  ...change,
});

const withGpus = (...value: Gpu[]): Partial<PlanFacts> => ({ report: machine({ gpus: { value } }) });

const modelsOf = ({ servings: [serving] }: StackPlan): readonly PlannedModel[] => serving?.models ?? [];

const kept = (candidate: Candidate): PlannedModel => {
  const [first] = modelsOf(planStack(facts({ candidates: [candidate] })));
  if (!first) throw new Error('no model');
  return first;
};

/** Plans for a dozen machines and wishes; each is kept as a person would read it. */
const cases: Readonly<Record<string, Partial<PlanFacts>>> = {
  'bare-linux': {},
  'nvidia-without-vllm': withGpus(gpu('nvidia', 'NVIDIA GeForce RTX 4090', 24 * gib)),
  'nvidia-unified-memory': withGpus(gpu('nvidia', 'NVIDIA GB10')),
  'nvidia-broken-driver': withGpus({
    ...gpu('nvidia', 'NVIDIA Corporation AD102'),
    problem: 'its driver does not answer (nvidia-smi: No devices were found)',
  }),
  'two-cards': withGpus(gpu('intel', 'Intel UHD 770'), gpu('nvidia', 'NVIDIA RTX A4000', 16 * gib)),
  'card-left-alone': {
    ...withGpus(gpu('nvidia', 'NVIDIA GeForce RTX 4090', 24 * gib)),
    settings: { ...defaults, gpu: 'off' },
  },
  'cards-not-checked': {
    report: machine({ gpus: { notChecked: 'nvidia-smi did not answer within 2000 ms' } }),
  },
  'amd-card': withGpus(gpu('amd', 'AMD Radeon RX 7900 XTX')),
  'apple-silicon': {
    report: machine({
      platform: 'darwin',
      arch: 'arm64',
      os: { value: 'macOS 15.1' },
      gpus: { value: [gpu('apple', 'Apple GPU')] },
    }),
  },
  wsl: { report: machine({ wsl: true, os: { value: 'Ubuntu 24.04' } }) },
  'small-container': {
    report: machine({
      os: { notChecked: 'the operating system did not answer within 2000 ms' },
      cpu: {
        name: { notChecked: 'no' },
        cores: 1,
        coresFrom: 'the cgroup quota is 1.5 of 8 cores',
        features: [],
      },
      memory: { totalBytes: 2 * gib, availableBytes: 1.5 * gib, limitedBy: 'cgroup' },
    }),
    candidates: [small, smoke],
  },
  'model-on-disk': { onDisk: new Set([large.model.reference]) },
  'model-asked-for': { asked: [{ reference: 'hf:someone/else', catalog: undefined }] },
  'model-of-last-time': { kept: [kept(small)] },
  'own-address-and-sizes': {
    settings: {
      ...defaults,
      'gateway.host': '0.0.0.0',
      'gateway.port': 9000,
      context: 8192,
      parallel: 2,
      threads: 6,
    },
  },
};

describe('the plan, as a person reads it', () => {
  test.each(Object.entries(cases))('%s', async (name, change) => {
    const plan = planStack(facts(change));
    const text = planLines(plan, facts(change).report).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(planStack(facts(change)))));
  });
});

test('what is free at the moment does not change the plan', () => {
  const busy = machine({ memory: { totalBytes: 32 * gib, availableBytes: gib, limitedBy: 'machine' } });
  expect(planStack(facts({ report: busy }))).toEqual(planStack(facts()));
});

test('memory for the engine leaves room for the rest of the machine, also a small one', () => {
  const budget = (totalBytes: number): number => {
    const memory = { totalBytes, availableBytes: totalBytes, limitedBy: 'machine' } as const;
    const [serving] = planStack(facts({ report: machine({ memory }) })).servings;
    return (serving?.budget.memoryBytes ?? 0) / gib;
  };
  expect(budget(32 * gib)).toBeCloseTo(25.6);
  expect(budget(2 * gib)).toBeCloseTo(1);
  expect(budget(gib)).toBeCloseTo(0.25);
});

test('a model that was asked for has no fall-back', () => {
  const asked = [{ reference: large.model.reference, catalog: large.model }];
  const models = modelsOf(planStack(facts({ asked })));
  expect(models).toMatchObject([{ id: 'big-coder-7b', why: 'asked for', announce: null }]);
});

test('one model serves coder and general, whatever it is best at', () => {
  expect(modelsOf(planStack(facts())).map(({ roles }) => roles)).toEqual([
    ['coder', 'general'],
    ['coder', 'general'],
    ['coder', 'general'],
  ]);
});

test('the best model stays without a word about a better one', () => {
  expect(planStack(facts({ kept: [kept(large)] })).notes).toEqual([]);
  expect(planStack(facts({ kept: [kept(small)] })).notes).toEqual([
    expect.stringContaining('up --model big-coder-7b'),
  ]);
});

test.each([
  ['127.0.0.1', 'loopback'],
  ['localhost', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'lan'],
  ['192.168.1.5', 'lan'],
] as const)('listening on %s is %s', (host, exposure) => {
  const { gateway } = planStack(facts({ settings: { ...defaults, 'gateway.host': host } }));
  expect(gateway.exposure).toBe(exposure);
});

test('the names of this machine are accepted where others can use them, beside those of the user', () => {
  const names = (host: string, hostName: string, own: string[] = []): readonly string[] =>
    planStack(
      facts({ settings: { ...defaults, 'gateway.host': host, 'gateway.allowedHosts': own }, hostName }),
    ).gateway.rules.allowedHosts;
  expect(names('0.0.0.0', 'Box')).toEqual(['box', 'box.local']);
  expect(names('0.0.0.0', 'box.example.org', ['ai.lan', 'box'])).toEqual([
    ...['box.example.org', 'box', 'box.local', 'ai.lan'],
  ]);
  expect(names('127.0.0.1', 'box', ['ai.lan'])).toEqual(['ai.lan']);
});

test('the rules of the gateway are those of the settings', () => {
  const { rules } = planStack(facts()).gateway;
  expect(rules).toEqual({
    ...{ allowedHosts: [], allowedOrigins: [], trustedProxies: [] },
    limits: defaultLimits,
    routing: defaultRouting,
  });
});

test('native Windows is pointed to WSL2', () => {
  expect(() => planStack(facts({ report: machine({ platform: 'win32' }) }))).toThrow(/WSL2/);
});

test('an engine that cannot run here is refused with its reason', () => {
  const engines = [{ ...llamacpp, probe: () => ({ usable: false, why: 'it runs on Linux only' }) }];
  expect(() => planStack(facts({ engines }))).toThrow(/llamacpp: it runs on Linux only/);
});

test('an empty catalogue is said', () => {
  expect(() => planStack(facts({ candidates: [] }))).toThrow(/No model can be had/);
});
