import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readFixture } from '../support/recorded-machine.ts';
import { type LabDocker, labModel, lacking, startLabDocker, vllmHome } from './support/lab-docker.ts';

/**
 * The whole way with real parts: our CLI as it is built, a real Docker engine and two containers of the real vLLM. It has no
 * card, so what only a card takes is taken away through the ways that every user has: `args`, `removeArgs` and
 * compose.override.yaml.
 */

const bin = join(import.meta.dirname, '../../bin/localai.js');

const reason = lacking();

let docker: LabDocker;
let home: string;
let env: Record<string, string>;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const localai = (...args: readonly string[]) => {
  const result = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env, timeout: 900_000 });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
};

const inDocker = (...args: readonly string[]): string =>
  spawnSync('docker', [...args], { encoding: 'utf8', env }).stdout.trim();

/** A stand-in nvidia-smi that says what the one of the recorded machine said. */
const fakeCard = (folder: string): void => {
  const says = readFixture('desktop-4090').programs['nvidia-smi'] ?? [];
  const cases = says.map(({ args, stdout = '' }, index) => {
    const file = join(folder, `said-${index}`);
    writeFileSync(file, stdout);
    return `  *'${args}'*) cat ${file} ;;`;
  });
  const script = ['#!/bin/sh', 'case "$*" in', ...cases, 'esac', ''].join('\n');
  writeFileSync(join(folder, 'nvidia-smi'), script, { mode: 0o755 });
};

const stackFolder = (): string => join(home, 'stack');

/** What a user would write who has vLLM in a folder and no card. */
const override = (services: readonly string[]): string => {
  const vllm = join(vllmHome, 'bin', 'vllm');
  const engine = {
    entrypoint: ['/bin/sh', '/localai/engine-run', vllm, 'serve'],
    environment: { VLLM_CPU_KVCACHE_SPACE: '1' },
    volumes: [`${vllmHome}:${vllmHome}:ro`],
    mem_limit: '8g',
  };
  return stringify({ services: Object.fromEntries(services.map((name) => [name, engine])) });
};

/** Ends vLLM's own process, not the script that watches it. */
const killEngine = `for one in /proc/[0-9]*; do
  if tr '\\0' ' ' < $one/cmdline | grep -q '^[^ ]*python[^ ]* .*bin/vllm serve'; then kill -9 \${one#/proc/}; fi
done`;

interface Status {
  readonly running: boolean;
  readonly models: readonly {
    readonly id: string;
    readonly state: string;
    readonly roles: readonly string[];
  }[];
}

const chat = async (url: string, key: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 8, ...body }),
  });

describe.skipIf(reason !== undefined)(
  `the Compose stack with the real vLLM${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    let url: string;
    let key: string;

    beforeAll(async () => {
      docker = await startLabDocker();
      home = mkdtempSync(join(tmpdir(), 'localai-vllm-'));
      const programs = join(home, 'programs');
      mkdirSync(programs);
      fakeCard(programs);
      const port = await freePort();
      env = {
        ...(process.env as Record<string, string>),
        ...{ LOCALAI_HOME: home, DOCKER_HOST: docker.host, LOCALAI_NO_REEXEC: '1', CI: '1' },
        PATH: `${programs}:${process.env['PATH']}`,
      };
      // Two models of different names, so that each has its own engine.
      const models = ['Smol-Coder', 'Smol-General'].map((name) => join(home, 'weights', name));
      for (const folder of models) cpSync(labModel, folder, { recursive: true });
      const flags = ['--max-model-len', '2048', '--max-num-seqs', '4', '--enforce-eager'];
      writeFileSync(
        join(home, 'config.yaml'),
        stringify({
          model: models.join(','),
          gateway: { port },
          args: { '*': flags },
          removeArgs: { '*': ['--gpu-memory-utilization', '--kv-cache-memory-bytes', '--enable-sleep-mode'] },
        }),
      );
      // As `doctor` would have found it on that machine.
      mkdirSync(join(home, 'state'), { recursive: true });
      const gpuPath = { style: 'gpus', image: 'x', proof: 'cuda', driverVersion: '580.105.08', provenAt: 1 };
      const state = { schemaVersion: 1, toldVariables: '', gpuPath };
      writeFileSync(join(home, 'state', 'state.json'), JSON.stringify(state));
      mkdirSync(stackFolder(), { recursive: true });
      writeFileSync(join(stackFolder(), 'compose.override.yaml'), override(['vllm-coder', 'vllm-general']));
      url = `http://127.0.0.1:${port}`;
    }, 900_000);

    afterAll(async () => {
      localai('down');
      await docker?.[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    }, 300_000);

    test('`up` starts the gateway and both engines, one after the other', async () => {
      const up = localai('up', '--json');
      expect(up, up.stderr).toMatchObject({ code: 0 });
      key = readFileSync(join(home, 'owner.key'), 'utf8').trim();
      const status = JSON.parse(localai('status', '--json').stdout) as Status;
      expect(status.models).toMatchObject([
        { id: 'Smol-Coder', state: 'ready', roles: ['coder'] },
        { id: 'Smol-General', state: 'ready', roles: ['general'] },
      ]);
      const healthy = (): number =>
        inDocker('ps')
          .split('\n')
          .filter((line) => /\(healthy\)/.test(line)).length;
      await expect.poll(healthy, { timeout: 60_000, interval: 1000 }).toBe(3);
    }, 900_000);

    test('both models answer through the gateway: by id, by role, streamed, and by a name that it does not know', async () => {
      for (const model of ['Smol-Coder', 'Smol-General', 'coder', 'general', 'gpt-4o', 'nothing-like-it']) {
        const answer = await chat(url, key, { model });
        expect(answer.status, model).toBe(200);
      }
      const streamed = await chat(url, key, { model: 'Smol-General', stream: true });
      expect(await streamed.text()).toMatch(/data: \{.*\n\ndata: \[DONE\]/s);
      expect((await chat(url, 'lai-wrong', { model: 'coder' })).status).toBe(401);
    }, 300_000);

    test('engines have no way out and no port outside; nothing secret is in `docker inspect`', () => {
      const [engine = ''] = inDocker('ps', '--filter', 'name=vllm-coder', '--format', '{{.Names}}').split(
        '\n',
      );
      expect(inDocker('port', engine)).toBe('');
      const out = spawnSync('docker', ['exec', engine, 'curl', '-sS', '-m', '3', 'http://192.0.2.1/'], {
        env,
      });
      expect(out.status).not.toBe(0);
      const inspected = inDocker('inspect', ...inDocker('ps', '--quiet').split('\n'));
      expect(inspected).not.toContain(key);
      expect(inspected).not.toContain('docker.sock');
    });

    test('again changes nothing; another flag for one model restarts that one alone', () => {
      const before = inDocker('ps', '--format', '{{.Names}} {{.ID}}').split('\n').sort();
      const again = JSON.parse(localai('up', '--json').stdout) as { how: string };
      expect(again.how).toBe('unchanged');
      expect(inDocker('ps', '--format', '{{.Names}} {{.ID}}').split('\n').sort()).toEqual(before);
      const file = join(home, 'config.yaml');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('args:\n', 'args:\n  Smol-General: [--seed, "7"]\n'),
      );
      expect(localai('up')).toMatchObject({ code: 0 });
      const after = inDocker('ps', '--format', '{{.Names}} {{.ID}}').split('\n').sort();
      const changed = after.filter((line) => !before.includes(line)).map((line) => line.replace(/-1 .*/, ''));
      expect(changed).toEqual([expect.stringMatching(/vllm-general$/)]);
    }, 900_000);

    test('`logs` has the lines of all containers; a killed engine comes back', async () => {
      expect(localai('logs', '-n', '5').stdout).toMatch(/vllm-coder.*\|/);
      const container = inDocker('ps', '--filter', 'name=vllm-coder', '--quiet');
      const engine = spawnSync('docker', ['exec', container, '/bin/sh', '-c', killEngine], { env });
      expect(engine.status).toBe(0);
      await expect
        .poll(() => (JSON.parse(localai('status', '--json').stdout) as Status).models[0]?.state, {
          ...{ timeout: 300_000, interval: 2000 },
        })
        .toBe('ready');
    }, 400_000);

    test('`down` leaves no container, no network and no port', async () => {
      expect(localai('down')).toMatchObject({ code: 0 });
      expect(inDocker('ps', '--all', '--quiet')).toBe('');
      const networks = inDocker('network', 'ls', '--format', '{{.Name}}').split('\n').sort();
      expect(networks).toEqual(['bridge', 'host', 'none']);
      await expect(fetch(`${url}/health`)).rejects.toThrow();
      expect(existsSync(join(stackFolder(), 'compose.override.yaml'))).toBe(true);
    }, 300_000);
  },
);
