import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labModel, vllmHome } from './support/lab-docker.ts';

/**
 * vLLM as a process of this machine, the real one (CPU build): our CLI as it is built, a model of safetensors, and the
 * ends that it really comes to. The environment is not installed here, which would take 3 GB each time: the one that
 * docs/stacks.md says how to make stands in its place.
 */

const bin = join(import.meta.dirname, '../../bin/localai.js');

const lacking = existsSync(join(vllmHome, 'bin', 'vllm')) && existsSync(labModel) ? undefined : vllmHome;

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
  const result = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env, timeout: 400_000 });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
};

const up = (model: string, ...more: readonly string[]) =>
  localai('up', '--engine', 'vllm', '--model', model, '--yes', ...more);

/** Processes of engines of this test; the socket's folder is its alone. */
const engines = (): readonly string[] =>
  spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(join(home, 'run')) || /VLLM::EngineCore/.test(line));

/** Without compiling, which takes a minute; flags of a user as they stand in config.yaml. */
const settings = (flags: readonly string[] = []): void =>
  writeFileSync(
    join(home, 'config.yaml'),
    `args:\n  '*': ${JSON.stringify(['--enforce-eager', ...flags])}\n`,
  );

const state = (id: string): { class: string | null; phase: string } =>
  JSON.parse(readFileSync(join(home, 'state', 'engines', `${id}.json`), 'utf8'));

/** The model with one file changed; `null`: without it. */
const spoiled = (name: string, file: string, content: string | null): string => {
  const folder = join(home, name);
  mkdirSync(folder);
  for (const other of [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
    'chat_template.jinja',
  ]) {
    if (other !== file) symlinkSync(join(labModel, other), join(folder, other));
  }
  if (content !== null) writeFileSync(join(folder, file), content);
  return folder;
};

const config = (): string => readFileSync(join(labModel, 'config.json'), 'utf8');

describe.skipIf(lacking !== undefined)('vllm-native', () => {
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'native-'));
    const environment = join(home, 'engines', 'vllm-0.32.0-cpu');
    mkdirSync(environment, { recursive: true });
    for (const name of ['bin', 'include', 'lib', 'lib64', 'pyvenv.cfg']) {
      symlinkSync(join(vllmHome, name), join(environment, name));
    }
    writeFileSync(join(environment, 'localai.json'), '{"version":"0.32.0","build":"cpu"}');
    settings();
    env = {
      ...{
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        LOCALAI_HOME: home,
        XDG_RUNTIME_DIR: join(home, 'run'),
      },
      ...{ LOCALAI_GATEWAY_PORT: String(await freePort()), LOCALAI_CONTEXT: '2048', LOCALAI_GPU: 'off' },
    };
    mkdirSync(join(home, 'run'), { mode: 0o700 });
  });

  afterAll(() => {
    localai('down');
    rmSync(home, { recursive: true, force: true });
  });

  test('up, chat, down leaves no process', () => {
    expect(up(labModel)).toMatchObject({ code: 0 });
    expect(state('SmolLM2-135M-Instruct')).toMatchObject({ phase: 'running', class: null });
    const answer = localai('chat', 'Say hi.');
    expect(answer.code).toBe(0);
    expect(answer.stdout.trim()).not.toBe('');
    expect(engines()).not.toEqual([]);
    expect(localai('down').code).toBe(0);
    expect(engines()).toEqual([]);
  });

  test('kill -9 of the server takes the engine along', async () => {
    expect(up(labModel)).toMatchObject({ code: 0 });
    const { process: server } = JSON.parse(readFileSync(join(home, 'state', 'stack.json'), 'utf8'));
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(engines, { timeout: 30_000, interval: 500 }).toEqual([]);
  });

  test('a context that does not fit is cut to what vLLM says would, once and by itself', () => {
    settings(['--max-model-len', '8192', '--kv-cache-memory-bytes', '60000000']);
    expect(up(labModel)).toMatchObject({ code: 0 });
    const status = JSON.parse(localai('status', '--json').stdout);
    const context = status.models[0].context;
    expect(context).toBeGreaterThan(1000);
    expect(context).toBeLessThan(8192);
    expect(localai('down').code).toBe(0);
    settings();
  });

  test.each([
    [
      'architecture-unsupported',
      'FAILED_MODEL_UNSUPPORTED',
      () => spoiled('strange', 'config.json', config().replace('LlamaForCausalLM', 'FooForCausalLM')),
    ],
    ['tokenizer', 'FAILED_MODEL_FILES', () => spoiled('mute', 'tokenizer.json', null)],
    ['weights-damaged', 'FAILED_MODEL_FILES', () => spoiled('cut', 'model.safetensors', 'no tensors')],
  ])('%s: class and remedy at once, and no loop', (id, code, make) => {
    const folder = make();
    const failed = up(folder);
    expect(failed.stderr).toContain(code);
    expect(failed.code).not.toBe(0);
    const name = folder.split('/').at(-1) ?? '';
    expect(state(name)).toMatchObject({ class: id, phase: 'gave-up', attempt: 1 });
    localai('down');
    expect(engines()).toEqual([]);
  });
});
