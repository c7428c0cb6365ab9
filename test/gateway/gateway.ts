import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type GatewayConfig, gatewayConfig } from '../../src/api/gateway-config.ts';
import type { Endpoint, ModelControl, ModelStatus } from '../../src/api/models.ts';
import { hashKey, type KeyRecord, keyScopes } from '../../src/config/keys.ts';
import { buildGateway } from '../../src/gateway/app.ts';
import type { KeySource } from '../../src/gateway/keys/key-source.ts';
import { keyTable } from '../../src/gateway/keys/key-table.ts';
import type { GatewayOptions } from '../../src/gateway/options.ts';
import { realClock } from '../../src/system/clock.ts';
import { type HttpAnswer, type HttpPlace, http } from '../support/http.ts';

/** The plain key that tests use. */
export const testKey = 'lai-test';

export const keyRecord = (change: Partial<KeyRecord> = {}): KeyRecord => ({
  id: 'owner',
  name: 'owner',
  sha256: hashKey(testKey),
  scopes: [...keyScopes],
  createdAt: 0,
  ...change,
});

/** Keys that don't change. */
const fixedKeys = (records: readonly KeyRecord[]): KeySource => {
  const table = keyTable(records);
  return {
    required: records.length > 0,
    any: records.length > 0,
    find: table,
    refresh: async () => {},
    close: () => {},
  };
};

export const readyStatus = (id: string, change: Partial<ModelStatus> = {}): ModelStatus => ({
  id,
  roles: [],
  state: 'ready',
  engine: 'llamacpp',
  backend: 'cpu',
  file: '/models/tiny.gguf',
  context: 2048,
  tokensPerSecond: null,
  phase: null,
  fault: null,
  pid: null,
  restarts: 0,
  ...change,
});

/** A ModelControl that says what a test told it; `states` may be changed. */
export const scriptedControl = (
  states: Map<string, ModelStatus>,
  onWake: (id: string) => void = () => {},
): ModelControl => ({
  list: () => [...states.values()],
  ensureReady: async (id) => onWake(id),
  sleep: async () => {},
  unload: async () => {},
  events: async function* () {},
});

type GivenModel = Partial<GatewayConfig['models'][number]> & { readonly id: string };

/** A gateway.yaml with these models; `{}` is completed by the schema. */
export const configOf = (models: readonly GivenModel[], change: Partial<GatewayConfig> = {}): GatewayConfig =>
  gatewayConfig.parse({
    schemaVersion: 1,
    keysFile: '/nowhere/keys.json',
    // No folder can be made there, not even by root.
    stateFolder: '/dev/null/nowhere',
    logs: { folder: '/nowhere' },
    models,
    ...change,
  });

export interface TestGateway {
  readonly place: HttpPlace;
  readonly port: number;
  readonly url: string;
  /** How the models are; may be changed. */
  readonly states: Map<string, ModelStatus>;
  /** The lines of the log. */
  readonly log: readonly Record<string, unknown>[];
  /** Resolves with the first line of the log that fits. */
  logged(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface GivenGateway {
  readonly models?: readonly GivenModel[];
  /** The engine of the one model `tiny`, when no models are given. */
  readonly upstream?: Endpoint;
  readonly config?: Partial<GatewayConfig>;
  readonly keys?: readonly KeyRecord[];
  readonly options?: Partial<GatewayOptions>;
}

export const authorized = { authorization: `Bearer ${testKey}` };

/** A gateway on a port of its own, until the test ends. */
export const startTestGateway = async (given: GivenGateway): Promise<TestGateway> => {
  const upstream = given.upstream ?? { url: 'http://127.0.0.1:9' };
  const models = given.models ?? [{ id: 'tiny', upstream }];
  const config = configOf(models, given.config);
  const states = new Map(config.models.map(({ id }) => [id, readyStatus(id)]));
  const log: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(JSON.parse(chunk.toString()));
      for (const wake of waiting) wake();
      done();
    },
  });
  const app = buildGateway({
    config,
    control: scriptedControl(states),
    keys: fixedKeys(given.keys ?? [keyRecord()]),
    system: { clock: realClock },
    version: '1.2.3',
    log: pino({ level: 'debug', base: null }, sink),
    ...given.options,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const close = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
  };
  onTestFinished(close);
  const { port } = app.server.address() as AddressInfo;
  const place = { port };
  return {
    place,
    port,
    url: `http://127.0.0.1:${port}`,
    states,
    log,
    logged: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = log.find(fits);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    get: (path, headers = authorized) => http(place, 'GET', path, undefined, headers),
    post: (path, body, headers = authorized) => http(place, 'POST', path, body, headers),
    close,
  };
};

/** Resolves once that many requests wait for the model `tiny`. */
export const waitingFor = async (gateway: TestGateway, count: number): Promise<void> => {
  await expect
    .poll(async () => (await gateway.get('/api/status')).json.queues.tiny.waiting, { interval: 5 })
    .toBe(count);
};
