/** The gateway of the soak, in a process of its own, with all that `localai serve` gives it: keys, usage, a log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { gatewayConfig } from '../../src/api/gateway-config.ts';
import type { ModelControl } from '../../src/api/models.ts';
import { hashKey } from '../../src/config/keys.ts';
import { startGateway } from '../../src/gateway/server.ts';
import { realSystem } from '../../src/system/system.ts';

/** What the process holds once it has had time to let go. */
export interface Held {
  /** Bytes. */
  readonly rss: number;
  readonly heap: number;
  readonly sockets: number;
  readonly timers: number;
}

const [upstream = '', places = '48', ...keys] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const keysFile = join(folder, 'keys.json');
const records = keys.map((plain, at) => ({
  ...{ id: `key-${at}`, name: `key ${at}`, sha256: hashKey(plain), scopes: ['inference', 'metrics'] },
  createdAt: 0,
}));
writeFileSync(keysFile, JSON.stringify({ schemaVersion: 1, keys: records }));

const control: ModelControl = {
  list: () => [],
  ensureReady: async () => {},
  sleep: async () => {},
  unload: async () => {},
  events: async function* () {},
};

const config = gatewayConfig.parse({
  ...{ schemaVersion: 1, keysFile, stateFolder: folder, logs: { folder }, listen: { port: 0 } },
  models: [{ id: 'tiny', upstream: { url: upstream }, maxRunning: Number(places) }],
});

const gateway = await startGateway({
  ...{ config, control, system: realSystem(), version: 'soak' },
  log: pino(pino.destination({ dest: join(folder, 'gateway.log'), minLength: 4096, sync: true })),
  timeouts: { firstByte: 1500, stalledReader: 1500 },
});

const count = (kind: string): number => process.getActiveResourcesInfo().filter((one) => one === kind).length;

const held = async (): Promise<Held> => {
  // Twice, since what the first collection frees may free more.
  for (let times = 0; times < 2; times += 1) {
    globalThis.gc?.();
    await delay(100);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed, sockets: count('TCPSocketWrap'), timers: count('Timeout') };
};

process.on('message', async (asked) => {
  process.send?.(asked === 'held' ? await held() : { rss: process.memoryUsage.rss() });
});
process.on('disconnect', async () => {
  await gateway.close(0);
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
process.send?.({ url: gateway.url });
