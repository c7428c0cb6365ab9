import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { machineReport } from '../../test/support/machine-report.ts';
import { type Paths, resolvePaths } from '../config/paths.ts';
import { type Settings, settings } from '../config/schema.ts';
import { failure } from '../errors.ts';
import { realSystem, type System } from '../system/system.ts';
import { readApplied } from './applied.ts';
import { type ApplyResult, applyPlan } from './apply.ts';
import type { Launcher } from './launcher.ts';
import type { Ensure } from './obtain-model.ts';
import { type PlanFacts, planStack } from './plan.ts';
import { readRunning } from './record.ts';
import { restartSteps } from './restart.ts';
import { stackStatus } from './status.ts';
import type { Step, StepProgress } from './step.ts';
import { stopServer } from './stop-server.ts';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'test/support/localai.ts');
const never = new AbortController().signal;

// Each starts real servers; on a busy machine that takes seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let home: string;
let system: System;
let paths: Paths;
let port: number;

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port: free } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return free;
};

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'lai-u-'));
  system = realSystem({ ...process.env, LOCALAI_HOME: home, XDG_RUNTIME_DIR: home, LOCALAI_NO_REEXEC: '1' });
  paths = resolvePaths(system);
  port = await freePort();
  mkdirSync(join(home, 'weights'));
  for (const name of ['tiny', 'other']) writeFileSync(weights(name), 'GGUF');
});
afterEach(async () => {
  await stopServer(system, paths);
  rmSync(home, { recursive: true, force: true });
});

const weights = (name: string): string => join(home, 'weights', `${name}.gguf`);

const report = machineReport({
  memory: { totalBytes: 8e9, availableBytes: 6e9, limitedBy: 'machine' },
});

const defaults = Object.fromEntries(
  Object.entries(settings).map(([key, schema]) => [key, schema.parse(undefined)]),
) as Settings;

/** An engine that is a stand-in program: `ready`, or whatever else test/fakes/engine.mjs can play. */
const launcher = (mode = 'ready', ...args: string[]): Launcher => ({
  name: 'llamacpp',
  weights: 'gguf',
  onlyWhenAsked: false,
  models: [],
  probe: () => ({ usable: true, why: 'a stand-in' }),
  install: async () => {},
  launch: ({ id }, { parallel }) => {
    const socket = join(paths.runtime, `e-${id}.sock`);
    const spec = JSON.stringify({ socket, parallel });
    const engine = join(root, 'test/fakes/engine.mjs');
    const argv = [system.nodePath, engine, socket, mode, ...args, spec];
    return { kind: 'process', command: { argv, env: {}, endpoint: { socket } } };
  },
});

const quiet: StepProgress = { title: () => {}, status: () => {}, progress: () => {}, skip: () => {} };

const runSteps = async (steps: readonly Step[]): Promise<void> => {
  for (const step of steps) await step.run(quiet, never);
};

/** Weights that lie on this disk; nothing else can be had. */
const ensure: Ensure = async (_system, _paths, reference) => {
  if (reference.kind !== 'path') throw failure('MODEL_FILE_MISSING', { file: 'lost', reference: 'lost' });
  const { path } = reference;
  const id = basename(path, '.gguf');
  return { reference: path, id, file: path, sha256: undefined, sizeBytes: 4, source: 'path' };
};

interface Wish {
  readonly model?: string;
  readonly parallel?: number;
  readonly mode?: readonly [string, ...string[]];
  readonly wait?: boolean;
  readonly candidates?: PlanFacts['candidates'];
  readonly said?: string[];
  readonly program?: string;
}

const up = async (wish: Wish = {}): Promise<ApplyResult> => {
  const {
    model = weights('tiny'),
    parallel = 4,
    mode = ['ready'],
    wait = true,
    said = [],
    candidates,
  } = wish;
  const engine = launcher(...mode);
  const plan = planStack({
    report,
    settings: { ...defaults, 'gateway.port': port, parallel },
    hostName: 'box',
    engines: [engine],
    candidates: candidates ?? [],
    asked: candidates ? [] : [{ reference: model, catalog: undefined }],
    kept: [],
    onDisk: new Set(),
    cards: undefined,
  });
  const { steps, result } = applyPlan({
    ...{ system, paths, plan, packageFolder: root, version: '0.1.0', launchers: [engine], ensure },
    program: wish.program ?? program,
    previous: await readApplied(system, paths),
    running: await readRunning(system, paths),
    waitForModels: wait,
    say: (line) => said.push(line),
    onServing: async () => {},
  });
  await runSteps(steps);
  return result();
};

test('from nothing to a model that answers; again changes nothing; something else restarts; down leaves nothing', async () => {
  const first = await up();
  expect(first).toMatchObject({ how: 'started', models: [{ id: 'tiny', state: 'ready' }] });
  expect(first.record.gateway.url).toBe(`http://127.0.0.1:${port}`);
  const health = await fetch(`${first.record.gateway.url}/health`);
  expect(health.status).toBe(200);
  expect(existsSync(paths.ownerKeyFile)).toBe(true);

  const again = await up();
  expect(again).toMatchObject({ how: 'unchanged', record: { process: first.record.process } });

  const said: string[] = [];
  const other = await up({ model: weights('other'), parallel: 2, said });
  expect(other.how).toBe('restarted');
  expect(other.record.process.pid).not.toBe(first.record.process.pid);
  expect(said).toEqual([
    `Restarting: model: tiny (${weights('tiny')}) → other (${weights('other')})`,
    expect.stringMatching(/^Restarting: settings: .* 4 requests at once.* → .* 2 requests at once/),
  ]);

  const status = await stackStatus(system, paths);
  expect(status).toMatchObject({ gateway: { answers: true }, models: [{ id: 'other', state: 'ready' }] });
  expect(status?.decisions.join('\n')).toContain('Model');
  const engine = status?.models[0]?.pid ?? 0;
  expect(status?.models[0]?.memoryBytes).toBeGreaterThan(1e6);

  await runSteps(await restartSteps(system, paths, program, async () => {}));
  const restarted = await readRunning(system, paths);
  expect(restarted?.gateway).toEqual(other.record.gateway);
  expect(restarted?.process.pid).not.toBe(other.record.process.pid);
  expect(await system.processes.identify(engine)).toBeUndefined();

  expect(await stopServer(system, paths)).toBe(true);
  expect(await stackStatus(system, paths)).toBeUndefined();
  expect(await system.processes.identify(restarted?.process.pid ?? 0)).toBeUndefined();
  expect(await system.net.isFree('127.0.0.1', port)).toBe(true);
});

test('a server that hangs hides nothing from status; kill -9 ends its engine, and the next `up` starts afresh', async () => {
  const first = await up();
  process.kill(first.record.process.pid, 'SIGSTOP');
  expect(await stackStatus(system, paths)).toMatchObject({
    gateway: { answers: false },
    models: [{ id: 'tiny', state: 'ready' }],
  });
  const engine = await system.processes.identify(first.models[0]?.pid ?? 0);
  process.kill(first.record.process.pid, 'SIGKILL');
  await expect.poll(() => engine && system.processes.isAlive(engine), { timeout: 10_000 }).toBe(false);
  expect(await stackStatus(system, paths)).toBeUndefined();
  expect(await up()).toMatchObject({ how: 'started', models: [{ state: 'ready' }] });
});

test('the gateway answers while the model loads', async () => {
  const go = join(home, 'go');
  const early = await up({ mode: ['slow', go], wait: false });
  expect(early).toMatchObject({ how: 'started', models: [] });
  expect((await fetch(`${early.record.gateway.url}/health`)).status).toBe(200);
  expect((await stackStatus(system, paths))?.models).toMatchObject([{ state: 'loading' }]);
  writeFileSync(go, '');
  expect(await up({ mode: ['slow', go] })).toMatchObject({ how: 'unchanged', models: [{ state: 'ready' }] });
});

test('an engine that cannot load fails `up` with its own reason, and status still says it', async () => {
  await expect(up({ mode: ['refuse'] })).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: 'tiny could not be loaded: bad magic',
  });
  const status = await stackStatus(system, paths);
  expect(status?.models).toMatchObject([{ state: 'error', fault: { code: 'ENGINE_LOAD' } }]);
});

test('a busy port is refused before anything is fetched or changed', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  try {
    await expect(up()).rejects.toMatchObject({ code: 'PORT_BUSY' });
    expect(existsSync(paths.gatewayFile)).toBe(false);
  } finally {
    holder.close();
  }
});

test('a model that cannot be had is followed by the next, and that is said', async () => {
  const said: string[] = [];
  const candidate = (name: string, reference: string) => ({
    why: 'test',
    model: {
      ...{ name, reference, summary: name, license: 'Apache-2.0', parameters: 1, sizeBytes: 2e6 },
      ...{ contextTokens: 1, kvBytesPerToken: 1, roles: [], tools: false, reasoning: false, fim: false },
      figures: 'config' as const,
      caveat: 'for trying only',
    },
  });
  const candidates = [candidate('lost', 'bundled:lost'), candidate('small', weights('tiny'))];
  const result = await up({ candidates, said });
  expect(result.applied.served[0]?.planned.id).toBe('small');
  expect(said).toEqual([expect.stringMatching(/Next best: small \(2\.00 MB\).*for trying only\.$/)]);
  expect((await stackStatus(system, paths))?.decisions).toContain(said[0]);
});

test('a server that cannot start says why', async () => {
  const broken = join(home, 'broken.mjs');
  writeFileSync(broken, "console.error('error: the moon is full'); process.exitCode = 1;");
  await expect(up({ program: broken })).rejects.toMatchObject({
    code: 'START_FAILED',
    message: expect.stringContaining('the moon is full'),
  });
  expect(await stackStatus(system, paths)).toBeUndefined();
});
