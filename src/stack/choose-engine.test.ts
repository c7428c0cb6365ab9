import { expect, test } from 'vitest';
import { machineReport } from '../../test/support/machine-report.ts';
import { type Settings, settings } from '../config/schema.ts';
import { askedWords, chooseEngine, type EngineOffer } from './choose-engine.ts';

const defaults = Object.fromEntries(
  Object.entries(settings).map(([key, schema]) => [key, schema.parse(undefined)]),
) as Settings;

const offer = (name: EngineOffer['name'], more: Partial<EngineOffer> = {}): EngineOffer => ({
  ...{ name, weights: 'gguf', onlyWhenAsked: false },
  probe: () => ({ usable: true, why: 'it is there' }),
  ...more,
});

const broken = { probe: () => ({ usable: false, why: 'no toolkit' }) };
const vllm = { weights: 'safetensors' } as const;

const choose = (engines: readonly EngineOffer[], wishes: Partial<Settings> = {}) =>
  chooseEngine(machineReport(), { ...defaults, ...wishes }, engines);

const all = [
  offer('vllm-compose', vllm),
  offer('vllm-native', { ...vllm, onlyWhenAsked: true }),
  offer('llamacpp'),
];

test('the best that can run is taken, and what was passed over is said', () => {
  expect(choose(all).engine.name).toBe('vllm-compose');
  const [, ...others] = all;
  const found = choose([offer('vllm-compose', { ...vllm, ...broken }), ...others]);
  expect(found).toMatchObject({
    engine: { name: 'llamacpp' },
    passedOver: [{ name: 'vllm-compose', why: 'no toolkit' }],
  });
});

test('one that must be asked for is taken only then: vLLM without Docker', () => {
  const engines = [offer('vllm-compose', { ...vllm, ...broken }), ...all.slice(1)];
  expect(choose(engines, { engine: 'vllm' }).engine.name).toBe('vllm-native');
  expect(choose(engines).engine.name).toBe('llamacpp');
});

test('weights that vLLM cannot read go to llama.cpp', () => {
  expect(choose(all, { model: './weights/model.gguf' })).toMatchObject({
    engine: { name: 'llamacpp' },
    passedOver: [{ name: 'vllm-compose', why: 'it does not read ./weights/model.gguf' }],
  });
});

test('an engine that was asked for and cannot run is refused with its reason', () => {
  const engines = [offer('vllm-compose', { ...vllm, ...broken })];
  expect(() => choose(engines, { engine: 'vllm' })).toThrow(/vllm-compose: no toolkit/);
  expect(() => choose([], { engine: 'remote' })).toThrow(/no such engine/);
});

test.each([
  [undefined, []],
  ['auto', []],
  ['coder', ['coder']],
  [' coder, org/repo ,', ['coder', 'org/repo']],
])('the models in %j', (model, words) => {
  expect(askedWords({ model })).toEqual(words);
});
