import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Paths, resolvePaths } from '../../src/config/paths.ts';
import { openState } from '../../src/config/state.ts';
import { readApplied } from '../../src/stack/applied.ts';
import { type ApplyStackResult, applyStack } from '../../src/stack/compose/apply-stack.ts';
import { stackPlaces } from '../../src/stack/compose/places.ts';
import { projectOf } from '../../src/stack/compose/record.ts';
import { restartStackSteps } from '../../src/stack/compose/restart-stack.ts';
import { stopStack } from '../../src/stack/compose/stop-stack.ts';
import type { Ensure } from '../../src/stack/obtain-model.ts';
import { readServing } from '../../src/stack/serving.ts';
import { stackStatus } from '../../src/stack/status.ts';
import type { Step, StepProgress } from '../../src/stack/step.ts';
import { realSystem, type System } from '../../src/system/system.ts';
import { engineWrites, type FakeDocker, fakeDocker } from './fake-docker.ts';
import { planProfile } from './profiles.ts';

const never = new AbortController().signal;
const repository = join(import.meta.dirname, '../..');

let folder: string;
let port: number;
let system: System;
let paths: Paths;
let docker: FakeDocker;
let packageFolder: string;
const ids = ['Qwen3.6-35B-A3B', 'gemma-4-12B-it'];

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'localai-apply-'));
  port = await freePort();
  const home = join(folder, 'home');
  const states = join(home, 'stack', 'state', 'engines');
  docker = fakeDocker(folder, { port, services: ['vllm-coder', 'vllm-general'], states });
  system = realSystem({
    PATH: `${docker.bin}:/usr/bin:/bin`,
    LOCALAI_HOME: home,
    HOME: home,
    TMPDIR: folder,
  });
  paths = resolvePaths(system);
  openState(paths).set('gpuPath', {
    ...{ style: 'gpus', image: 'x', proof: 'cuda', driverVersion: null, provenAt: 1 },
  });
  packageFolder = join(folder, 'package');
  cpSync(join(repository, 'templates'), join(packageFolder, 'templates'), { recursive: true });
  for (const name of ['dist', 'bin']) mkdirSync(join(packageFolder, name));
  writeFileSync(join(packageFolder, 'dist', 'cli.js'), 'one build');
  for (const id of ids) engineWrites(folder, id, {});
});
afterEach(async () => {
  docker.reset();
  await stopStack(system, paths, false).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

const quiet: StepProgress = { title: () => {}, status: () => {}, progress: () => {}, skip: () => {} };

const ensure: Ensure = async (_system, _paths, reference) => ({
  ...{ reference: JSON.stringify(reference), id: 'any', file: '/models/any', sha256: undefined },
  ...{ sizeBytes: 1, source: 'hub' },
});

const runSteps = async (steps: readonly Step[]): Promise<void> => {
  for (const step of steps) await step.run(quiet, never);
};

const up = async (said: string[] = []): Promise<ApplyStackResult> => {
  const model = ids.join(',');
  const planned = await planProfile({ machine: 'two-3090', settings: { model, 'gateway.port': port } });
  if ('reason' in planned) throw new Error(planned.reason);
  const { plan, launcher, report } = planned;
  const { steps, result } = applyStack({
    ...{ system, paths, packageFolder, version: '0.1.0', plan, report, ensure },
    ...{ launchers: [launcher], launchersAgain: async () => [launcher] },
    previous: await readApplied(system, paths),
    waitForModels: true,
    say: (line) => said.push(line),
    onServing: async () => {},
  });
  await runSteps(steps);
  return result();
};

const mode = (path: string): number => statSync(path).mode & 0o777;

test('from nothing to two models; again changes nothing; status, and down, which leaves nothing', async () => {
  const first = await up();
  expect(first).toMatchObject({ how: 'started', models: [{ state: 'ready' }, { state: 'ready' }] });
  const places = stackPlaces(paths);
  for (const file of [places.envFile, places.tokenFile, places.gatewayFile])
    expect(mode(file), file).toBe(0o600);
  expect(mode(places.engineRun)).toBe(0o755);
  expect(readFileSync(places.envFile, 'utf8')).toMatch(new RegExp(`LOCALAI_PORT=${port}\n`));
  expect((await up()).how).toBe('unchanged');
  expect(await readServing(system, paths)).toMatchObject({ gateway: { port } });
  const status = await stackStatus(system, paths);
  expect(status).toMatchObject({
    gateway: { url: `http://127.0.0.1:${port}`, answers: true },
    pid: null,
    models: [
      { id: ids[0], state: 'ready', roles: ['coder'] },
      { id: ids[1], state: 'ready', roles: ['general'] },
    ],
  });
  expect(await stopStack(system, paths, false)).toBe(true);
  expect(await stackStatus(system, paths)).toBeUndefined();
  expect(await readServing(system, paths)).toBeUndefined();
  expect(existsSync(places.data)).toBe(true);
  await stopStack(system, paths, true);
  expect(existsSync(places.data)).toBe(false);
  expect(existsSync(places.composeFile)).toBe(true);
});

test('what a user changed stays: .env with a word about it, compose.override.yaml untouched', async () => {
  await up();
  await stopStack(system, paths, false);
  const { envFile, overrideFile } = stackPlaces(paths);
  writeFileSync(overrideFile, 'services: {}\n');
  writeFileSync(envFile, readFileSync(envFile, 'utf8').replace('GATEWAY_MEMORY=1g', 'GATEWAY_MEMORY=2g'));
  const said: string[] = [];
  await up(said);
  expect(said).toEqual([expect.stringContaining('GATEWAY_MEMORY=2g (the plan says 1g)')]);
  expect(readFileSync(envFile, 'utf8')).toContain('GATEWAY_MEMORY=2g\n');
  expect(readFileSync(overrideFile, 'utf8')).toBe('services: {}\n');
});

test('an engine that crashed says why at once, and the next `up` tries it with a clean sheet', async () => {
  const log = join(stackPlaces(paths).logs, `engine-${ids[0]}.log`);
  mkdirSync(stackPlaces(paths).logs, { recursive: true });
  writeFileSync(log, 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n');
  engineWrites(folder, ids[0] ?? '', { phase: 'gave-up', exitCode: 1, crashes: [1, 2, 3] });
  await expect(up()).rejects.toMatchObject({ message: expect.stringContaining(ids[0] ?? '') });
  expect((await stackStatus(system, paths))?.models[0]).toMatchObject({ state: 'error', restarts: 3 });
  engineWrites(folder, ids[0] ?? '', {});
  expect(await up()).toMatchObject({ models: [{ state: 'ready' }, { state: 'ready' }] });
  expect(docker.asked().some((line) => / stop .*vllm-coder$/.test(line))).toBe(true);
});

test('one model is started again without the other', async () => {
  await up();
  const before = docker.asked().length;
  await runSteps(await restartStackSteps(system, paths, 'general', async () => {}));
  const asked = docker
    .asked()
    .slice(before)
    .filter((line) => / (stop|up) /.test(line));
  expect(asked).toEqual([
    expect.stringMatching(/ stop --timeout 30 vllm-general$/),
    expect.stringMatching(/ up .* vllm-general$/),
  ]);
  await expect(restartStackSteps(system, paths, 'gemma', async () => {})).rejects.toMatchObject({
    code: 'SERVED_MODEL_UNKNOWN',
  });
});

test.each([
  ['could not select device driver "nvidia" with capabilities: [[gpu]]', 'GPU_PATH'],
  ['Bind for 127.0.0.1:8080 failed: port is already allocated', 'PORT_BUSY'],
  ['write /x: no space left on device', 'DISK_FULL'],
  ["docker: 'compose' is not a docker command.", 'COMPOSE_MISSING'],
  ['services.vllm-coder additional properties not allowed', 'STACK_OVERRIDE'],
] as const)('`compose up` that says "%s" is %s; nothing is lost by it', async (words, code) => {
  docker.upFails(`Error response from daemon: ${words}`);
  await expect(up()).rejects.toMatchObject({ code });
  docker.reset();
  expect((await up()).how).toBe('started');
});

test('an image that is missing and cannot be pulled, and a registry that refuses', async () => {
  docker.pullFails('Error response from daemon: Get "https://registry.example/v2/": dial tcp: no such host');
  await expect(up()).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
  docker.pullFails('Error response from daemon: pull access denied for node');
  await expect(up()).rejects.toMatchObject({ code: 'IMAGE_REFUSED' });
  expect(existsSync(stackPlaces(paths).composeFile)).toBe(false);
});

test('a stack of the same name from elsewhere, a busy port and a checkout that was not built', async () => {
  docker.foreign(projectOf(paths), '/home/eve/stack/compose.yaml');
  await expect(up()).rejects.toMatchObject({ code: 'STACK_FOREIGN' });
  docker.reset();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  await expect(up()).rejects.toMatchObject({ code: 'PORT_BUSY' });
  await new Promise((resolve) => holder.close(resolve));
  rmSync(join(packageFolder, 'dist', 'cli.js'));
  await expect(up()).rejects.toMatchObject({ code: 'NOT_BUILT' });
});

test('a half-removed stack is ended by its name; Docker that is down says so', async () => {
  await up();
  rmSync(paths.stack, { recursive: true });
  expect(await stopStack(system, paths, false)).toBe(true);
  await up();
  docker.silent(
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  );
  await expect(stopStack(system, paths, false)).rejects.toMatchObject({ code: 'DOCKER_DOWN' });
  expect((await stackStatus(system, paths))?.decisions[0]).toMatch(/Docker does not say/);
});
