import type { Metric, Registry } from 'prom-client';
import type { Buckets } from './buckets.ts';
import { type Family, type FamilyName, families } from './families.ts';
import type { Sample, Samples } from './samples.ts';

/** A line of Prometheus' format, as prom-client's registry writes it. */
interface Line {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

const labelsOf = (family: Family, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    // An empty label is no label.
    family.labels.map((name, at) => [name, values[at] ?? ''] as const).filter(([, value]) => value !== ''),
  );

const histogramLines = (
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum }: Buckets,
): readonly Line[] => {
  let below = 0;
  const buckets = [...bounds, '+Inf'].map((le, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
};

const linesOf = (family: Family, { labels, value }: Sample): readonly Line[] => {
  const named = labelsOf(family, labels);
  return typeof value === 'number' ? [{ labels: named, value }] : histogramLines(family.name, named, value);
};

/**
 * A family as prom-client's registry reads one. Counting is ours: theirs takes a microsecond for each value, and a
 * request has eight. The registry asks for nothing but the name and `get`.
 */
const asMetric = (family: Family, samples: () => readonly Sample[]): Metric => {
  const { name, help, type } = family;
  const get = async () => ({
    ...{ name, help, type, aggregator: 'sum' },
    values: samples().flatMap((sample) => linesOf(family, sample)),
  });
  return { name, get } as unknown as Metric;
};

/** prom-client takes a tenth of a second to load: not before somebody asks for metrics. */
const library = () => import('prom-client');

/** What the process does, whatever gateways are in it; watched from the first question on. */
let ofProcess: Promise<Registry> | undefined;

const processRegistry = async (): Promise<Registry> => {
  const { collectDefaultMetrics, Registry } = await library();
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
};

export interface Exposition {
  readonly type: string;
  readonly text: string;
}

/** Makes the text of `GET /metrics`; `collect` is asked once for each. */
export const createExposition = (collect: () => Samples): (() => Promise<Exposition>) => {
  let samples: Samples | undefined;
  const ownRegistry = async (): Promise<Registry> => {
    const { Registry } = await library();
    const registry = new Registry();
    for (const [name, family] of Object.entries(families)) {
      registry.registerMetric(asMetric(family, () => samples?.[name as FamilyName] ?? []));
    }
    return registry;
  };
  let own: Promise<Registry> | undefined;
  return async () => {
    own ??= ownRegistry();
    ofProcess ??= processRegistry();
    const [registry, process] = await Promise.all([own, ofProcess]);
    samples = collect();
    const text = `${await registry.metrics()}\n${await process.metrics()}`;
    return { type: registry.contentType, text };
  };
};
