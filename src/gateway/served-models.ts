import type { GatewayConfig, ServedModel } from '../api/gateway-config.ts';
import type { ModelStatus } from '../api/models.ts';
import type { GatewayOptions, Timeouts } from './options.ts';
import { createQueue, type Queue } from './queue/queue.ts';
import { printable } from './routing/printable.ts';
import { openUpstream, type Upstream } from './upstream/upstream.ts';

/** A model that is served: what the file says of it, and the connections to its engine. */
export interface Served extends ServedModel {
  /** The id as a header can carry it. */
  readonly headerName: string;
  readonly connections: Upstream;
  /** Who runs and who waits. */
  readonly queue: Queue;
  /** How it is now. */
  status(): ModelStatus | undefined;
  /** Has an engine that sleeps, or that nobody has started, come up. */
  wake(): void;
}

/** What gateway.yaml says of the line before a model, or leaves out. */
export const queueSettings = ({
  queue,
}: GatewayConfig): { readonly waiting: number; readonly waitingMiB: number; readonly seconds: number } =>
  queue ?? { waiting: 200, waitingMiB: 256, seconds: 600 };

/** The models of gateway.yaml, in its order; there is at least one. */
export const openServed = (
  { config, control, system }: Pick<GatewayOptions, 'config' | 'control' | 'system'>,
  timeouts: Timeouts,
  closing: AbortSignal,
): readonly [Served, ...Served[]] => {
  const { waiting, waitingMiB } = queueSettings(config);
  const open = (model: ServedModel): Served => {
    const status = (): ModelStatus | undefined => control.list().find(({ id }) => id === model.id);
    let waking = false;
    return {
      ...model,
      headerName: printable(model.id),
      connections: openUpstream(model.upstream, timeouts, system.clock),
      queue: createQueue({
        limit: () => model.maxRunning ?? status()?.parallel ?? Number.POSITIVE_INFINITY,
        maxWaiting: waiting,
        maxBytes: waitingMiB * 1024 * 1024,
        now: system.clock.monotonic,
      }),
      status,
      wake: () => {
        if (waking) return;
        waking = true;
        control
          .ensureReady(model.id, closing)
          // Why it would not come is in its status.
          .catch(() => {})
          .finally(() => {
            waking = false;
          });
      },
    };
  };
  const [first, ...others] = config.models.map(open);
  if (!first) throw new Error('gateway.yaml names no model');
  return [first, ...others];
};
