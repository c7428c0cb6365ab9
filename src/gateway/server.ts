import { failure } from '../errors.ts';
import type { GatewayOptions } from './options.ts';

export interface RunningGateway {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Takes no new requests, lets open ones end for up to `graceMs`, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

/** Starts the gateway. Throws PORT_BUSY (`holder` may be "another program") and EXPOSED_WITHOUT_KEY. */
export const startGateway = async (_options: GatewayOptions): Promise<RunningGateway> => {
  throw failure('BUG', { problem: 'startGateway is not written yet' });
};
