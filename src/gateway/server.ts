import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { failure, reason } from '../errors.ts';
import type { System } from '../system/system.ts';
import { buildGateway } from './app.ts';
import { openKeySource } from './keys/key-source.ts';
import type { GatewayOptions } from './options.ts';
import { readWebUi } from './routes/read-web-ui.ts';
import { createUsageStore } from './usage/usage-store.ts';

export interface StartOptions extends Omit<GatewayOptions, 'keys' | 'usage' | 'webUi' | 'system'> {
  readonly system: System;
  /** Where the built browser UI lies; a plain page is served when there is none. */
  readonly webUiFolder?: string;
}

export interface RunningGateway {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Takes no new requests, lets open ones end for up to `graceMs`, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

/** As it is typed into a browser; an address that means "all of them" is reached as this machine. */
const urlOf = (host: string, port: number): string => {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

/** Who has the port and which one is free, as an error that says so. */
const portBusy = async ({ processes, net }: System, host: string, port: number) => {
  const holder = await processes.listenerOn(port);
  return failure('PORT_BUSY', {
    port,
    host,
    holder: holder ? `"${holder.command.slice(0, 60)}" (process ${holder.pid})` : 'another program',
    free: await net.nextFree(host, port + 1),
  });
};

const listen = async (app: FastifyInstance, system: System, host: string, port: number): Promise<number> => {
  try {
    await app.listen({ host, port, exclusive: true });
  } catch (caught) {
    const busy = (caught as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (busy) throw await portBusy(system, host, port);
    throw failure('LISTEN_FAILED', { host, port, problem: reason(caught) }, caught);
  }
  return (app.server.address() as AddressInfo).port;
};

/** Closes in order; what is still open after `graceMs` is cut. */
const closeWithin = async (app: FastifyInstance, { clock }: System, graceMs: number): Promise<void> => {
  const closed = new AbortController();
  clock.sleep(graceMs, closed.signal).then(
    () => app.server.closeAllConnections(),
    () => {},
  );
  await app.close();
  closed.abort();
};

/** Starts the gateway. Throws PORT_BUSY, LISTEN_FAILED, EXPOSED_WITHOUT_KEY and what reading keys.json throws. */
export const startGateway = async (options: StartOptions): Promise<RunningGateway> => {
  const { config, log, system, webUiFolder } = options;
  const keys = await openKeySource(system, config.keysFile, log);
  try {
    if (config.exposure === 'lan' && !keys.any) throw failure('EXPOSED_WITHOUT_KEY', {});
    if (!keys.any) log.warn('there is no API key: every program of this machine may use the gateway');
    const webUi = webUiFolder === undefined ? new Map() : await readWebUi(system.files, webUiFolder);
    const { clock, files } = system;
    const usage = createUsageStore({ file: join(config.stateFolder, 'gateway.db'), files, clock, log });
    const app = buildGateway({ ...options, keys, usage, webUi });
    const { host } = config.listen;
    const port = await listen(app, system, host, config.listen.port);
    const url = urlOf(host, port);
    return {
      host,
      port,
      url,
      close: async (graceMs = 10_000) => {
        keys.close();
        await closeWithin(app, system, graceMs);
        await usage.close();
      },
    };
  } catch (caught) {
    keys.close();
    throw caught;
  }
};
