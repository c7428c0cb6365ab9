import type { ServedModel } from '../api/gateway-config.ts';
import type { ModelStatus } from '../api/models.ts';
import type { GatewayOptions, Timeouts } from './options.ts';
import { printable } from './routing/router.ts';
import { openUpstream, type Upstream } from './upstream/upstream.ts';

/** A model that is served: what the file says of it, and the connections to its engine. */
export interface Served extends ServedModel {
  /** The id as a header can carry it. */
  readonly headerName: string;
  readonly connections: Upstream;
  /** How it is now. */
  status(): ModelStatus | undefined;
}

/** The models of gateway.yaml, in its order; there is at least one. */
export const openServed = (
  { config, control }: Pick<GatewayOptions, 'config' | 'control'>,
  timeouts: Timeouts,
): readonly [Served, ...Served[]] => {
  const open = (model: ServedModel): Served => ({
    ...model,
    headerName: printable(model.id),
    connections: openUpstream(model.upstream, timeouts),
    status: () => control.list().find((status) => status.id === model.id),
  });
  const [first, ...others] = config.models.map(open);
  if (!first) throw new Error('gateway.yaml names no model');
  return [first, ...others];
};
