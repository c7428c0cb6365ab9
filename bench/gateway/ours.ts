/**
 * The gateway as `serve` builds it, in front of one engine: `node ours.ts <url> [feature …]`. What is not named is off:
 * `keys` (else everybody may ask), `log` (else no line per request), `usage` (else counted in memory, never written),
 * `limits` (the key has a rate and a number at once). Queue, router, metrics and checks are always there.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { gatewayConfig } from '../../src/api/gateway-config.ts';
import { hashKey } from '../../src/config/keys.ts';
import { buildGateway } from '../../src/gateway/app.ts';
import { openKeySource } from '../../src/gateway/keys/key-source.ts';
import { createUsageStore } from '../../src/gateway/usage/usage-store.ts';
import { openServerLog } from '../../src/stack/server-log.ts';
import { createSupervisor } from '../../src/stack/supervisor/supervisor.ts';
import { realSystem } from '../../src/system/system.ts';
import { sayPort } from './child.ts';
import { benchKey } from './load.ts';

const [upstream = '', ...features] = process.argv.slice(2);
const has = (feature: string): boolean => features.includes(feature);

const system = realSystem({});
const folder = mkdtempSync(join(tmpdir(), 'localai-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const config = gatewayConfig.parse({
  ...{ schemaVersion: 1, stateFolder: folder, logs: { folder } },
  models: [{ id: 'tiny', upstream: { url: upstream }, maxRunning: 2000 }],
});
const limits = has('limits') ? { requestsPerMinute: 1e9, parallel: 1e6 } : {};
const record = { id: 'owner', name: 'owner', sha256: hashKey(benchKey), scopes: ['inference'], createdAt: 0 };
const keysFile = join(folder, 'keys.json');
if (has('keys'))
  writeFileSync(keysFile, JSON.stringify({ schemaVersion: 1, keys: [{ ...record, ...limits }] }));
const log = has('log') ? openServerLog(system, config.logs, undefined).logger : pino({ level: 'silent' });

const app = buildGateway({
  ...{ config, system, version: 'bench', log },
  control: createSupervisor({
    ...{ system, models: config.models, stateFolder: undefined, logsFolder: undefined, log: () => {} },
  }),
  keys: await openKeySource(system, keysFile, log),
  ...(has('usage') ? { usage: createUsageStore({ file: join(folder, 'gateway.db'), ...system, log }) } : {}),
});
await app.listen({ port: 0, host: '127.0.0.1' });
sayPort((app.server.address() as AddressInfo).port);
