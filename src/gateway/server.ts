import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { buildGateway } from './app.ts';
import { type Current, changeConfig, checkExposure } from './change-config.ts';
import { openKeySource } from './keys/key-source.ts';
import { type Lasting, openLasting } from './lasting.ts';
import { listenAll, urlOf } from './listening.ts';
import type { GatewayOptions } from './options.ts';
import { readWebUi } from './routes/read-web-ui.ts';
import { lookAfter } from './upstream/look-after.ts';
import { readUpstreamKeys } from './upstream/read-keys.ts';
import { watchedControl } from './upstream/watched-control.ts';
import { createUsageStore, memoryUsage, type UsageStore } from './usage/usage-store.ts';

type Found = 'keys' | 'usage' | 'webUi' | 'system' | 'upstreamKeys';

export interface StartOptions extends Omit<GatewayOptions, Found> {
  readonly system: System;
  /** Where the built browser UI lies; a plain page is served when there is none. */
  readonly webUiFolder?: string;
}

export interface RunningGateway {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /**
   * Serves another gateway.yaml from now on. Open answers go on as they began, and who waits keeps the place. Throws as
   * starting does, and then all is as it was. `onTaken` is called as it is taken over: not a single request sees the one
   * without the other.
   */
  change(config: GatewayConfig, onTaken?: () => void): Promise<void>;
  /** Resolves once nothing that was asked before runs on a model's engine any more, or after `limitMs`. */
  drained(id: string, limitMs: number): Promise<void>;
  /** Whether requests run on a model now. */
  isBusy(id: string): boolean;
  /** How many requests a model has been given so far. */
  started(id: string): number;
  /** Takes no new requests, lets open ones end for up to `graceMs`, then ends them. */
  close(graceMs?: number): Promise<void>;
}

/** Between two questions to an engine that runs elsewhere, s. */
const defaultHealthSeconds = 10;

/** Time for last words to leave before connections are cut, ms. */
const lastWordsMs = 200;

const pollMs = 50;

const openUsage = ({ config, log, system: { clock, files } }: StartOptions): UsageStore =>
  config.stateFolder === undefined
    ? memoryUsage()
    : createUsageStore({ file: join(config.stateFolder, 'gateway.db'), files, clock, log });

/** Tells whoever is still there that it is over, and then cuts. */
const endAll = async ({ exchanges }: Lasting, app: FastifyInstance, { clock }: System): Promise<void> => {
  for (const exchange of exchanges) exchange.stop?.(failure('SHUTTING_DOWN', { retryAfter: 2 }));
  await clock.sleep(lastWordsMs);
  app.server.closeAllConnections();
};

/** Closes in order; what is still open after `graceMs` is ended. */
const closeWithin = async (
  lasting: Lasting,
  app: FastifyInstance,
  system: System,
  graceMs: number,
): Promise<void> => {
  const closed = new AbortController();
  system.clock.sleep(graceMs, closed.signal).then(
    () => endAll(lasting, app, system),
    () => {},
  );
  await app.close();
  closed.abort();
};

/** What is read before anything listens. */
const prepare = async (options: StartOptions) => {
  const { config, log, system, webUiFolder } = options;
  const keys = await openKeySource(system, config.keysFile, log);
  try {
    checkExposure(config, keys);
    if (!keys.any) log.warn('there is no API key: every program of this machine may use the gateway');
    const upstreamKeys = await readUpstreamKeys(system, config.models);
    const webUi = webUiFolder === undefined ? new Map() : await readWebUi(system.files, webUiFolder);
    return { keys, upstreamKeys, webUi };
  } catch (caught) {
    keys.close();
    throw caught;
  }
};

/**
 * Starts the gateway. Throws PORT_BUSY, LISTEN_FAILED, SOCKET_FAILED, EXPOSED_WITHOUT_KEY, UPSTREAM_KEY and what reading
 * keys.json throws.
 */
export const startGateway = async (options: StartOptions): Promise<RunningGateway> => {
  const { config, system } = options;
  const { clock } = system;
  const { webUi, ...read } = await prepare(options);
  let current: Current = { config, keys: read.keys };
  const control = watchedControl(options.control);
  const usage = openUsage(options);
  const all = { ...options, control, usage, webUi };
  const lasting = openLasting({ ...all, ...read });
  const app = buildGateway({ ...all, ...read }, lasting);
  const { host } = config.listen;
  const { port, closeFurther } = await listenAll(app, system, config.listen).catch((caught: unknown) => {
    read.keys.close();
    throw caught;
  });
  void lookAfter({
    models: () => lasting.models.all,
    seconds: () => current.config.health?.seconds ?? defaultHealthSeconds,
    clock,
    closing: lasting.closing.signal,
    tell: control.tell,
  });
  return {
    host,
    port,
    url: urlOf(host, port),
    change: async (next, onTaken = () => {}) => {
      current = await changeConfig(next, current, all, lasting, app.server, onTaken);
    },
    isBusy: lasting.models.isBusy,
    started: lasting.models.started,
    drained: async (id, limitMs) => {
      const until = clock.monotonic() + limitMs;
      while (lasting.models.isBusy(id) && clock.monotonic() < until) await clock.sleep(pollMs);
    },
    close: async (graceMs = 10_000) => {
      current.keys.close();
      const closed = closeFurther();
      await closeWithin(lasting, app, system, graceMs);
      await closed;
      await usage.close();
    },
  };
};
