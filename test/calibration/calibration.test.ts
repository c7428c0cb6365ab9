import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calibration } from '../../src/stack/cards/calibration.ts';
import { judge } from '../../tools/calibrate/judge.ts';
import { readStartUps } from '../../tools/calibrate/start-up.ts';
import { summarise } from '../../tools/calibrate/summary.ts';

const file = join(import.meta.dirname, '../fixtures/vllm-startups/startups.json');
const raw: { models: object; cases: Record<string, unknown>[] } = JSON.parse(readFileSync(file, 'utf8'));

const judged = (cases: readonly object[]) => {
  const read = readStartUps({ models: raw.models, cases });
  return read.cases.map((row) => judge(row, read.models));
};

const summary = summarise(judged(raw.cases));

test('the arithmetic is as good as docs/planning.md says', () => {
  expect(summary.covered / summary.cases).toBeGreaterThanOrEqual(0.95);
  expect(summary.poolCovered / summary.poolCases).toBeGreaterThanOrEqual(0.95);
  expect(summary.kvWithin1Percent).toBeGreaterThanOrEqual(0.98);
  expect(summary.poolMedianAbsGiB).toBeLessThanOrEqual(0.05);
  expect(summary.poolMeanAbsGiB).toBeLessThanOrEqual(0.25);
  expect(summary.poolWithinInterval).toBeGreaterThanOrEqual(0.8);
  expect(summary.poolWithinInterval).toBeLessThanOrEqual(0.98);
  expect(summary.verdictRight).toBeGreaterThanOrEqual(0.95);
});

test('what stands under every plan is true', () => {
  expect(calibration.starts).toBe(summary.poolCases);
  expect(calibration.medianGib).toBeCloseTo(summary.poolMedianAbsGiB ?? 0, 1);
  expect(calibration.medianGib).toBeGreaterThanOrEqual(summary.poolMedianAbsGiB ?? 1);
  expect(calibration.meanGib).toBe(Math.round((summary.poolMeanAbsGiB ?? 0) * 100) / 100);
});

test('rows and facts of another form are not covered, and break nothing', () => {
  const odd = readStartUps({
    models: { odd: { layers: 'many' } },
    cases: [{ id: 'odd', kv_model: 'odd', max_model_len: '8k', kv_cache_gib: 3, kv_tokens: 1000 }],
  });
  expect(odd.cases.map((row) => judge(row, odd.models).kvError)).toEqual([null]);
});

test('a prediction sees nothing but what was started, on what and how', () => {
  const misleading = {
    activation_gib: 77,
    non_torch_gib: 77,
    cudagraph_gib: 77,
    block_size: 77,
    blocks: 77,
    kv_needed_gib: 77,
    sweep_duplicate: true,
    notes: 'this one did not start',
    log_lines: ['Available KV cache memory: 77 GiB'],
    check: { kv_tokens_pred: 77 },
  };
  const predictions = (cases: readonly object[]) => judged(cases).map(({ predicted }) => predicted);
  expect(predictions(raw.cases.map((row) => ({ ...row, ...misleading })))).toEqual(predictions(raw.cases));
});

test('what it is compared with does not lead it', () => {
  const bent = raw.cases.map((row) => ({
    ...row,
    ...(typeof row['kv_tokens'] === 'number' ? { kv_tokens: 7 } : {}),
    ...(typeof row['max_concurrency'] === 'number' ? { max_concurrency: 7 } : {}),
    outcome: row['outcome'] === 'ok' ? 'oom' : 'ok',
  }));
  const predictions = (cases: readonly object[]) => judged(cases).map(({ predicted }) => predicted);
  expect(predictions(bent)).toEqual(predictions(raw.cases));
});

test('a row without a card or a model is not covered, and says why', () => {
  const [row] = judged([{ id: 'unknown', model: 'nobody/knows-this', kv_cache_gib: 3, kv_tokens: 1000 }]);
  expect(row).toMatchObject({
    predicted: { poolGib: null, tokens: null, verdict: 'starts' },
    interval: null,
    whyNot: 'nothing is known of the model nobody/knows-this',
  });
});
