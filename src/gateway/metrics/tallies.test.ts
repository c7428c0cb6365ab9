import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { Buckets } from './buckets.ts';
import { createCapped } from './capped.ts';
import { createExposition } from './exposition.ts';
import { type FamilyName, families } from './families.ts';
import type { Sample, Samples } from './samples.ts';
import { TokenRate } from './token-rate.ts';

const samplesOf = (name: FamilyName, samples: readonly Sample[]): Samples => ({
  ...(Object.fromEntries(Object.keys(families).map((each) => [each, []])) as unknown as Samples),
  [name]: samples,
});

/** The lines of one family. */
const linesOf = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.includes(name));

test('our histograms read like those of prom-client, whatever falls into them', async () => {
  const { name, help, bounds } = families.overhead;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1 }),
      async (values) => {
        const registry = new Registry();
        const theirs = new Histogram({ name, help, buckets: [...bounds], registers: [registry] });
        const ours = new Buckets(bounds);
        for (const value of values) {
          theirs.observe(value);
          ours.observe(value);
        }
        const { text } = await createExposition(() => samplesOf('overhead', [{ labels: [], value: ours }]))();
        expect(linesOf(text, name)).toEqual(linesOf(await registry.metrics(), name));
      },
    ),
    { numRuns: 50 },
  );
});

test('what is in a label cannot break out of it', async () => {
  const samples = [{ labels: ['a"b\\c\nd', '2xx'], value: 1 }];
  const { text } = await createExposition(() => samplesOf('requests', samples))();
  expect(text).toContain('localai_requests_total{model="a\\"b\\\\c\\nd",status="2xx"} 1\n');
});

test('beyond so many names, new ones share one; known ones stay', () => {
  const capped = createCapped(2, (name) => ({ name, count: 0 }));
  for (const name of ['a', 'b', 'c', 'd', 'a']) capped.of(name).count += 1;
  expect([...capped.all()]).toEqual([
    { name: 'a', count: 2 },
    { name: 'b', count: 1 },
    { name: 'other', count: 2 },
  ]);
});

test('the rate is that of the last minute', () => {
  const rate = new TokenRate();
  rate.add(1_000_000, 60);
  rate.add(1_001_500, 120);
  expect(rate.read(1_002_000)).toBe(3);
  expect(rate.read(1_059_900)).toBe(3);
  expect(rate.read(1_060_500)).toBe(2);
  expect(rate.read(1_061_500)).toBe(0);
  rate.add(1_061_500, 6);
  expect(rate.read(9_000_000)).toBe(0);
  rate.add(9_000_000, 6);
  expect(rate.read(9_000_000)).toBe(0.1);
});
