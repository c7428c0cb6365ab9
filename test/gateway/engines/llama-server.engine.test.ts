import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolvePaths } from '../../../src/config/paths.ts';
import { createLlamaServer } from '../../../src/engines/llama-server/engine.ts';
import { readInstalled } from '../../../src/engines/llama-server/installed.ts';
import { createSupervisor, type Supervisor } from '../../../src/stack/supervisor/supervisor.ts';
import { realSystem } from '../../../src/system/system.ts';
import { llamaServer } from '../../support/llama-server.ts';
import { smokeModel } from '../../support/smoke-model.ts';
import { verifyGateway } from '../../support/verify-scene.ts';
import { configOf, startTestGateway, testKey } from '../gateway.ts';

const packageFolder = fileURLToPath(new URL('../../../', import.meta.url));
const program = llamaServer();

describe.skipIf(program === undefined)("llama.cpp's own server (skipped where pip cannot bring it)", () => {
  const home = mkdtempSync(join(tmpdir(), 'lai-ls-'));
  const system = realSystem({ ...process.env, HOME: home, LOCALAI_HOME: home, XDG_RUNTIME_DIR: home });
  const capabilities = {
    chat: true,
    tools: true,
    reasoning: false,
    vision: false,
    fim: false,
    embeddings: false,
  };
  let supervisor: Supervisor;
  let config: ReturnType<typeof configOf>;

  beforeAll(async () => {
    const installed = await readInstalled(system, program ?? '');
    const engine = createLlamaServer({ paths: resolvePaths(system), packageFolder, installed });
    const spec = engine.spec(
      { id: 'smoke', reference: smokeModel, file: smokeModel, sha256: undefined, roles: ['general'] },
      { contextTokens: 1024, parallel: 2, threads: 1, cores: 2, gpu: 'off', memoryBytes: 2e9 },
    );
    const { argv, endpoint } = engine.command(spec);
    const served = { name: 'llama-server' as const, file: smokeModel, command: { argv: [...argv], env: {} } };
    config = configOf([{ id: 'smoke', upstream: endpoint, capabilities, engine: served }]);
    supervisor = createSupervisor({
      ...{ system, models: config.models, stateFolder: join(home, 'state'), logsFolder: home, log: () => {} },
    });
    await supervisor.start();
    await supervisor.ensureReady('smoke', new AbortController().signal);
  });
  afterAll(async () => {
    await supervisor?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test('its window and its slots are known once it is ready', () => {
    expect(supervisor.list()).toMatchObject([{ state: 'ready', context: 1024, parallel: 2 }]);
  });

  test('what is served through the gateway passes `verify`', async () => {
    const gateway = await startTestGateway({ models: config.models, options: { control: supervisor } });
    const { checks } = await verifyGateway(gateway.url, testKey);
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(checks.filter(({ status }) => status === 'ok').length).toBeGreaterThanOrEqual(18);
    const forced = checks.find(({ id }) => id === 'tool-forced');
    expect(forced?.status).toBe('ok');
  });
});
