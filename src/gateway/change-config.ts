import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { gatewayApp } from './app.ts';
import { type KeySource, openKeySource } from './keys/key-source.ts';
import type { Lasting } from './lasting.ts';
import { type GatewayOptions, timeoutsOf } from './options.ts';
import { readUpstreamKeys } from './upstream/read-keys.ts';

interface ChangeOptions extends Omit<GatewayOptions, 'keys' | 'system'> {
  readonly system: System;
}

/** Who can be reached from the network needs a key. Throws EXPOSED_WITHOUT_KEY. */
export const checkExposure = ({ exposure }: GatewayConfig, keys: KeySource): void => {
  if (exposure === 'lan' && !keys.any) throw failure('EXPOSED_WITHOUT_KEY', {});
};

/** What a server hands on; of the app that serves now. */
const handled = ['request', 'checkContinue'] as const;

/** Has one app's server hand its requests to another app from now on. */
const handOver = (server: FastifyInstance['server'], next: FastifyInstance): void => {
  for (const event of handled) {
    server.removeAllListeners(event);
    for (const listener of next.server.listeners(event)) server.on(event, listener as () => void);
  }
};

/** What of a gateway changes with gateway.yaml. */
export interface Current {
  readonly config: GatewayConfig;
  readonly keys: KeySource;
}

/**
 * The keys for a gateway.yaml: those of the same file, read again, or those of another. Where a key was needed, a
 * file that is not there yet opens nothing; a gateway.yaml that names none may.
 */
const keysFor = async (
  next: GatewayConfig,
  { config, keys }: Current,
  { system, log }: ChangeOptions,
): Promise<KeySource> => {
  if (next.keysFile !== config.keysFile)
    return openKeySource(system, next.keysFile, log, next.keysFile !== undefined && keys.required);
  await keys.refresh();
  return keys;
};

/**
 * Serves `next` instead of `current`, or throws and leaves all as it was. Returns what is current then. `onTaken` is
 * called in the same turn, so that no request meets one without the other.
 */
export const changeConfig = async (
  next: GatewayConfig,
  current: Current,
  options: ChangeOptions,
  lasting: Lasting,
  server: FastifyInstance['server'],
  onTaken: () => void,
): Promise<Current> => {
  const keys = await keysFor(next, current, options);
  try {
    checkExposure(next, keys);
    const upstreamKeys = await readUpstreamKeys(options.system, next.models);
    const models = lasting.models.prepare(next, upstreamKeys, timeoutsOf(next, options.timeouts));
    const app = gatewayApp({ ...options, config: next, keys }, lasting, models.all);
    await app.ready();
    models.take();
    handOver(server, app);
    onTaken();
  } catch (caught) {
    if (keys !== current.keys) keys.close();
    throw caught;
  }
  if (keys !== current.keys) current.keys.close();
  return { config: next, keys };
};
