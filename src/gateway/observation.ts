import type { Queues, Traffic } from '../api/status.ts';
import type { OpenCounts } from './exchange.ts';
import { createExposition, type Exposition } from './metrics/exposition.ts';
import { collectSamples } from './metrics/samples.ts';
import { createTallies } from './metrics/tallies.ts';
import type { GatewayOptions } from './options.ts';
import { createRequestLog } from './request-log.ts';
import type { Served } from './served-models.ts';
import { memoryUsage, type UsageStore } from './usage/usage-store.ts';
import type { Watch } from './watch.ts';

/** Everything that looks at the exchanges and tells what they came to: log, metrics, usage. */
export interface Observation {
  readonly watch: Watch;
  readonly usage: UsageStore;
  queues(): Queues;
  traffic(): Traffic;
  /** The text of `GET /metrics`. */
  expose(): Promise<Exposition>;
}

/** The names under which a model can be asked for, without patterns. */
const namesOf = (models: readonly Served[]): ReadonlySet<string> =>
  new Set(
    models.flatMap(({ id, aliases, upstreamModel }) => [
      ...[id, ...(upstreamModel === undefined ? [] : [upstreamModel])],
      ...aliases.filter((alias) => !alias.includes('*')),
    ]),
  );

export const observe = (
  { log, system: { clock }, usage = memoryUsage(), version }: GatewayOptions,
  models: () => readonly Served[],
): Observation => {
  const open: OpenCounts = { requests: 0, streams: 0 };
  let named = models();
  let names = namesOf(named);
  const tallies = createTallies((name) => {
    const now = models();
    if (now !== named) names = namesOf(now);
    named = now;
    return names.has(name);
  });
  const logRequest = createRequestLog(log);
  const expose = createExposition(() =>
    collectSamples(tallies, { models, open, version, usageSaved: () => usage.saved }),
  );
  return {
    watch: {
      open,
      ended: (exchange, now) => {
        const time = clock.now();
        logRequest(exchange, now, time);
        tallies.count(exchange, now);
        usage.note(exchange, time);
      },
    },
    usage,
    queues: () =>
      Object.fromEntries(models().map(({ id, queue: { running, waiting } }) => [id, { running, waiting }])),
    traffic: () => ({
      ...tallies.totals(clock.monotonic()),
      ...{ open: open.requests, streams: open.streams },
    }),
    expose,
  };
};
