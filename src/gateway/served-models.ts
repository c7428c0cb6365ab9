import type { GatewayConfig, ServedModel } from '../api/gateway-config.ts';
import type { ModelState, ModelStatus } from '../api/models.ts';
import type { GatewayOptions, Timeouts } from './options.ts';
import { createQueue, type Queue } from './queue/queue.ts';
import { printable } from './routing/printable.ts';
import { isAsleep, isExpected, notServing } from './upstream/failures.ts';
import { openUpstream, type Upstream } from './upstream/upstream.ts';

/** How a model is and the line before it: what a client is told that cannot be served now. */
export interface ModelFacts {
  readonly status: ModelState;
  readonly running: number;
  readonly waiting: number;
  /** When there may be room for one more, s. */
  readonly retryAfter: number;
}

/** A model that is served: what the file says of it, and the connections to its engine. */
export interface Served extends ServedModel {
  /** The id as a header can carry it. */
  readonly headerName: string;
  readonly connections: Upstream;
  /** Who runs and who waits. */
  readonly queue: Queue;
  /** How it is now. */
  status(): ModelStatus | undefined;
  facts(): ModelFacts;
  /** Has an engine that sleeps, or that nobody has started, come up. */
  wake(): void;
}

type List = readonly [Served, ...Served[]];

/** The models of another gateway.yaml, that are not served yet. */
export interface NextModels {
  readonly all: List;
  /** From now on they are. */
  take(): void;
}

/** The models of gateway.yaml, as it is now. */
export interface ServedModels {
  /** In the order of the file. */
  readonly all: List;
  /**
   * The models of another gateway.yaml. One that is in both keeps its line, and its connections and their breaker when
   * its engine stays where it is. What still runs elsewhere ends there: connections that nobody uses close by themselves.
   */
  prepare(config: GatewayConfig, keys: UpstreamKeys | undefined, timeouts: Timeouts): NextModels;
  /** Whether requests still run on a model's engine, or wait for one that is no longer in the file. */
  isBusy(id: string): boolean;
  /** How many requests a model has been given so far. */
  started(id: string): number;
  close(): Promise<void>;
}

export type LineSettings = Required<NonNullable<GatewayConfig['queue']>>;

/** What gateway.yaml says of the line before a model, or leaves out. */
export const lineSettings = ({ queue }: GatewayConfig): LineSettings => ({
  ...{ waiting: 200, waitingMiB: 256, seconds: 600 },
  ...queue,
  whileLoading: queue?.whileLoading ?? false,
});

/** What a model keeps from one gateway.yaml to the next. */
interface Kept {
  readonly served: Served;
  /** Where its engine is and how it is reached. */
  readonly reach: string;
}

/** Plain API keys that engines ask for, by model id. */
export type UpstreamKeys = ReadonlyMap<string, string>;

export interface ServedModelsOptions extends Pick<GatewayOptions, 'config' | 'control' | 'system'> {
  readonly upstreamKeys: UpstreamKeys | undefined;
  readonly timeouts: Timeouts;
  readonly closing: AbortSignal;
}

/** Until a model is asked for again that would not come, ms. */
const askAgainMs = 1000;

export const openServedModels = (options: ServedModelsOptions): ServedModels => {
  const { control, system, closing } = options;
  let { config } = options;
  let kept = new Map<string, Kept>();
  /** Those that are in the file no longer; what they were asked before is still answered. */
  const retired = new Map<string, Served>();

  const status = (id: string): ModelStatus | undefined => control.list().find((model) => model.id === id);

  const limitOf = (id: string): number => {
    const now = status(id);
    if (now && !isExpected(now)) return 0;
    const { maxRunning } = kept.get(id)?.served ?? retired.get(id) ?? {};
    return maxRunning ?? now?.parallel ?? Number.POSITIVE_INFINITY;
  };

  const newQueue = (id: string): Queue =>
    createQueue({
      limit: () => limitOf(id),
      room: () => {
        const { waiting, waitingMiB } = lineSettings(config);
        return { requests: waiting, bytes: waitingMiB * 1024 * 1024 };
      },
      now: system.clock.monotonic,
    });

  const waker = (id: string, queue: Queue): (() => void) => {
    let waking = false;
    return () => {
      if (waking) return;
      waking = true;
      control
        .ensureReady(id, closing)
        // Why it would not come is in its status; one that had to make room meanwhile is asked for again.
        .catch(
          () =>
            void system.clock.sleep(askAgainMs, closing).then(
              () => wakeForThoseWho(id),
              () => {},
            ),
        )
        .finally(() => {
          waking = false;
          queue.advance();
        });
    };
  };

  /** A model that had to make room for another is asked for again when somebody waits for it. */
  const wakeForThoseWho = (id: string): void => {
    const served = kept.get(id)?.served;
    if (!closing.aborted && served && served.queue.waiting > 0 && isAsleep(served.status())) served.wake();
  };

  const keep = (model: ServedModel, keys: UpstreamKeys | undefined, timeouts: Timeouts): Kept => {
    const { id, upstream } = model;
    const key = keys?.get(id);
    const reach = JSON.stringify([upstream, key, timeouts.connect]);
    const before = kept.get(id);
    const queue = before?.served.queue ?? newQueue(id);
    const connections =
      before?.reach === reach
        ? before.served.connections
        : openUpstream({ endpoint: upstream, key, connectMs: timeouts.connect, clock: system.clock });
    const served: Served = {
      ...model,
      headerName: printable(id),
      connections,
      queue,
      status: () => status(id),
      facts: () => {
        const now = status(id);
        const { running, waiting } = queue;
        const retryAfter = Math.max(queue.retryAfter, now?.readyIn ?? 0);
        return { status: now?.state ?? 'ready', running, waiting, retryAfter };
      },
      wake: before?.served.wake ?? waker(id, queue),
    };
    return { served, reach };
  };

  let all: List;

  const prepare: ServedModels['prepare'] = (next, keys, timeouts) => {
    const then = new Map(next.models.map((model) => [model.id, keep(model, keys, timeouts)]));
    const [first, ...others] = [...then.values()].map(({ served }) => served);
    if (!first) throw new Error('gateway.yaml names no model');
    return {
      all: [first, ...others],
      take: () => {
        for (const [id, { queue }] of retired) if (queue.running + queue.waiting === 0) retired.delete(id);
        for (const [id, { served }] of kept) retired.set(id, served);
        for (const id of then.keys()) retired.delete(id);
        config = next;
        kept = then;
        all = [first, ...others];
        for (const { queue } of all) queue.advance();
      },
    };
  };

  const first = prepare(config, options.upstreamKeys, options.timeouts);
  all = first.all;
  first.take();

  /** Whoever waits goes on when the model can, and is told when it never will. */
  const follow = async (): Promise<void> => {
    const changes = control.events()[Symbol.asyncIterator]();
    closing.addEventListener('abort', () => void changes.return?.().catch(() => {}), { once: true });
    for (;;) {
      const { done, value } = await changes.next();
      if (done || closing.aborted) return;
      const queue = kept.get(value.model.id)?.served.queue;
      const refusal = value.model.state === 'error' ? notServing(value.model) : undefined;
      if (refusal) queue?.refuse(refusal);
      else queue?.advance();
      wakeForThoseWho(value.model.id);
    }
  };
  // Without it those who wait go on with the next that comes or ends.
  follow().catch(() => {});

  return {
    get all() {
      return all;
    },
    prepare,
    isBusy: (id) => {
      const { running = 0 } = kept.get(id)?.served.queue ?? {};
      const old = retired.get(id)?.queue;
      return running > 0 || (old !== undefined && old.running + old.waiting > 0);
    },
    started: (id) => kept.get(id)?.served.queue.started ?? 0,
    close: async () => {
      const pools = all.flatMap(({ connections: { pool, fresh } }) => [pool, fresh]);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
};
