import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fixtureNames } from '../support/recorded-machine.ts';
import { type RenderedProfile, renderProfile } from './profiles.ts';
import { profiles, withoutStack } from './profiles-list.ts';

type Service = Readonly<Record<string, unknown>> & {
  readonly image: string;
  readonly user: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly {
    readonly type: string;
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly networks: readonly string[];
};

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean; readonly driver_opts?: object }>>;
}

const rendered = async (name: string): Promise<Extract<RenderedProfile, { stack: unknown }>['stack']> => {
  const profile = profiles[name];
  if (!profile) throw new Error(`there is no profile ${name}`);
  const result = await renderProfile(profile);
  if ('reason' in result) throw new Error(`${name} gets no stack: ${result.reason}`);
  return result.stack;
};

const noCompose = spawnSync('docker', ['compose', 'version']).status !== 0;

/** The files of a stack in a folder, as `docker compose` finds them. */
const checkFiles = (compose: string, env: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'localai-compose-'));
  try {
    for (const name of ['secrets', 'config']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'secrets', 'hf_token'), '');
    writeFileSync(join(folder, 'compose.yaml'), compose);
    writeFileSync(join(folder, '.env'), env);
    const result = spawnSync('docker', ['compose', 'config', '-q'], { cwd: folder, encoding: 'utf8' });
    return result.status === 0 ? '' : `${result.stdout}${result.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe.each(Object.keys(profiles))('the stack %s', (name) => {
  test('is as it was', async () => {
    const { compose, gateway, env } = await rendered(name);
    const text = `${compose}\n--- config/gateway.yaml\n${gateway}\n--- .env\n${env}`;
    await expect(text).toMatchFileSnapshot(`../golden/compose/${name}.txt`);
  });

  test('is hardened', async () => {
    const { compose } = await rendered(name);
    const { services, networks } = parse(compose) as ComposeFile;
    expect(compose).not.toMatch(/docker\.sock|network_mode|privileged: true|pid: host|ipc: host/);
    for (const [service, body] of Object.entries(services)) {
      const said = `${service} of ${name}`;
      expect(body, said).toMatchObject({
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        user: `\${LOCALAI_UID:-1000}:\${LOCALAI_GID:-1000}`,
        read_only: true,
        init: true,
        pids_limit: expect.any(Number),
        mem_limit: expect.any(String),
        environment: { HOME: expect.any(String), USER: 'localai' },
        logging: { options: { 'max-size': '10m', 'max-file': '3' } },
        stop_grace_period: expect.any(String),
      });
      expect(body.image, said).toMatch(/:-[\w./-]+:(v\d+\.\d+\.\d+(-cu129)?|24-slim)\}$/);
      const secret = Object.keys(body.environment).filter((key) => /TOKEN$|KEY$|PASSWORD/.test(key));
      expect(secret, said).toEqual([]);
      if (service === 'pull') continue;
      expect(body, said).toMatchObject({
        restart: 'unless-stopped',
        healthcheck: {
          ...{ interval: expect.any(String), timeout: expect.any(String) },
          ...{ retries: expect.any(Number), start_period: expect.any(String) },
        },
      });
    }
    const published = Object.entries(services).filter(([, body]) => body['ports'] !== undefined);
    expect(published.map(([service]) => service)).toEqual(['gateway']);
    expect(published[0]?.[1]['ports']).toEqual([`\${LOCALAI_BIND:-127.0.0.1}:\${LOCALAI_PORT:-8080}:8080`]);
    expect(networks['internal']).toEqual({ internal: true });
    expect(networks['edge']?.driver_opts).toEqual({
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
    });
    const wayOut = Object.entries(services).filter(([, body]) => body.networks.includes('egress'));
    expect(wayOut.map(([service]) => service)).toEqual(['pull']);
  });

  test('has engines that only read the models, wait for them and start in order', async () => {
    const { compose, plan } = await rendered(name);
    const { services } = parse(compose) as ComposeFile;
    const engines = Object.entries(services).filter(([service]) => service.startsWith('vllm-'));
    expect(engines).toHaveLength(plan.servings.length);
    for (const [service, body] of engines) {
      expect(body.networks, service).toEqual(['internal']);
      const models = body.volumes.find(({ target }) => target === '/models');
      expect(models?.read_only, service).toBe(true);
      expect(body['depends_on'], service).toEqual({ pull: { condition: 'service_completed_successfully' } });
      expect(body.environment, service).toMatchObject({ HF_HUB_OFFLINE: '1' });
      expect(body.command.slice(1, 5), service).toEqual(['--host', '0.0.0.0', '--port', '8000']);
    }
    const orders = engines.map(
      ([, { environment }]) => `${environment['START_LOCK']} ${environment['START_ORDER']}`,
    );
    expect(new Set(orders).size).toBe(engines.length);
  });

  test.skipIf(noCompose)('is taken by the real `docker compose` (skipped where there is none)', async () => {
    const { compose, env } = await rendered(name);
    expect(checkFiles(compose, env)).toBe('');
  });
});

test.each(Object.entries(withoutStack))('%s gets none, and is told why', async (machine, why) => {
  expect(await renderProfile({ machine })).toEqual({ reason: expect.stringMatching(why) });
});

test('every recorded machine is among the profiles', () => {
  const seen = [...Object.values(profiles).map(({ machine }) => machine), ...Object.keys(withoutStack)];
  expect(fixtureNames.filter((name) => !seen.includes(name))).toEqual([]);
});

test('flags that vLLM does not know are refused', async () => {
  const wish = (args: readonly string[]) =>
    renderProfile({ machine: 'h100', settings: { args: { '*': [...args] } } });
  await expect(wish(['--max-model-lenght', '1'])).rejects.toThrow(/--max-model-len/);
  await expect(wish(['--api-key', 'x'])).rejects.toThrow(/key/);
});
