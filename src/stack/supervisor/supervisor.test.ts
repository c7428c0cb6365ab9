import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServedModel } from '../../api/gateway-config.ts';
import type { ModelStatus } from '../../api/models.ts';
import { realSystem, type System } from '../../system/system.ts';
import { engineLogFile } from './engine-files.ts';
import { readEngineState } from './engine-state.ts';
import { createSupervisor, type Supervisor, type SupervisorOptions } from './supervisor.ts';

const program = join(import.meta.dirname, '../../../test/fakes/engine.mjs');
const never = new AbortController().signal;

let folder: string;
let system: System;
let running: Supervisor[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lai-s-'));
  system = realSystem({ ...process.env, HOME: folder });
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const model = (id: string, mode: string, argument = ''): ServedModel => {
  const socket = join(folder, 'run', `${id}.sock`);
  return {
    id,
    roles: ['general'],
    aliases: [],
    capabilities: {
      chat: true,
      tools: false,
      reasoning: false,
      vision: false,
      fim: false,
      embeddings: false,
    },
    upstream: { socket },
    engine: {
      name: 'llamacpp',
      file: `/models/${id}.gguf`,
      command: { argv: [system.nodePath, program, socket, mode, argument], env: {} },
    },
  };
};

const supervise = (models: readonly ServedModel[], timing: SupervisorOptions['timing'] = {}): Supervisor => {
  const supervisor = createSupervisor({
    system,
    models,
    stateFolder: join(folder, 'state'),
    logsFolder: join(folder, 'logs'),
    log: () => {},
    timing: {
      budget: { restarts: 3, windowMs: 600_000, waitMs: [1] },
      watch: { loadingMs: 10, readyMs: 20, answerMs: 5000, silentStartMs: 60_000, silentLaterMs: 60_000 },
      ...timing,
    },
  });
  running.push(supervisor);
  return supervisor;
};

/** Waits for a state; the changes are listened for before it is asked. */
const until = async (
  supervisor: Supervisor,
  wanted: (status: ModelStatus) => boolean,
): Promise<ModelStatus> => {
  const events = supervisor.events();
  const now = supervisor.list().find(wanted);
  if (now) return now;
  for await (const { model: status } of events) if (wanted(status)) return status;
  throw new Error('the supervisor ended');
};

const alive = async (pid: number | null): Promise<boolean> =>
  pid !== null && (await system.processes.identify(pid)) !== undefined;

test('an engine becomes ready, says what it is, and is gone after stop', async () => {
  const supervisor = supervise([model('tiny', 'ready')]);
  expect(supervisor.list()).toMatchObject([{ id: 'tiny', state: 'stopped', pid: null }]);
  await supervisor.start();
  await supervisor.ensureReady('tiny', never);
  const [status] = supervisor.list();
  expect(status).toMatchObject({ state: 'ready', backend: 'cpu', context: 2048, tokensPerSecond: 50 });
  expect(await alive(status?.pid ?? null)).toBe(true);
  await supervisor.stop();
  expect(await alive(status?.pid ?? null)).toBe(false);
  expect(await readEngineState(system, join(folder, 'state'), 'tiny')).toMatchObject({ phase: 'stopped' });
});

test('while it loads, the phase is shown; ensureReady waits', async () => {
  const go = join(folder, 'go');
  const supervisor = supervise([model('tiny', 'slow', go)]);
  await supervisor.start();
  const status = await until(supervisor, ({ phase }) => phase === 'loading the model (42 %)');
  expect(status.state).toBe('loading');
  const ready = supervisor.ensureReady('tiny', never);
  writeFileSync(go, '');
  await ready;
  expect(supervisor.list()[0]).toMatchObject({ state: 'ready', phase: null });
});

test('whoever waits may leave', async () => {
  const supervisor = supervise([model('tiny', 'slow', join(folder, 'never'))]);
  await supervisor.start();
  const leaving = new AbortController();
  const ready = supervisor.ensureReady('tiny', leaving.signal);
  leaving.abort(new Error('left'));
  await expect(ready).rejects.toThrow('left');
});

test('a crash is followed by a restart, and running well again clears the fault', async () => {
  const supervisor = supervise([model('tiny', 'crash-once', join(folder, 'mark'))]);
  await supervisor.start();
  const crashed = await until(supervisor, ({ fault }) => fault !== null);
  expect(crashed.fault).toMatchObject({
    code: 'ENGINE_CRASHED',
    message: expect.stringContaining('SIGSEGV'),
  });
  await supervisor.ensureReady('tiny', never);
  expect(supervisor.list()[0]).toMatchObject({ state: 'ready', restarts: 1, fault: null });
});

test('a kill in mid-run is noticed and put right', async () => {
  const supervisor = supervise([model('tiny', 'ready')]);
  await supervisor.start();
  const first = await until(supervisor, ({ state }) => state === 'ready');
  process.kill(first.pid ?? 0, 'SIGKILL');
  const second = await until(supervisor, ({ state, pid }) => state === 'ready' && pid !== first.pid);
  expect(second.restarts).toBe(1);
});

test('after three restarts it is left stopped, with the reason from its log', async () => {
  const supervisor = supervise([model('tiny', 'crash-at-load')]);
  await supervisor.start();
  await expect(supervisor.ensureReady('tiny', never)).rejects.toMatchObject({
    code: 'ENGINE_GAVE_UP',
    message: expect.stringContaining('tensor blk.0 is missing'),
  });
  await expect(supervisor.ensureReady('tiny', never)).rejects.toMatchObject({ code: 'ENGINE_GAVE_UP' });
  await supervisor.stop();
  const state = await readEngineState(system, join(folder, 'state'), 'tiny');
  expect(state).toMatchObject({ phase: 'gave-up', attempt: 4, exitCode: 7, class: 'unclassified' });
  const log = readFileSync(engineLogFile(join(folder, 'logs'), 'tiny'), 'utf8');
  expect(log.match(/tensor blk\.0/g)).toHaveLength(4);
});

test('an engine that says it cannot load is not started again', async () => {
  const supervisor = supervise([model('tiny', 'refuse')]);
  await supervisor.start();
  await expect(supervisor.ensureReady('tiny', never)).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: 'tiny could not be loaded: bad magic',
    hint: 'See the log.',
  });
  await until(supervisor, ({ pid }) => pid === null);
  expect(supervisor.list()[0]).toMatchObject({ state: 'error', restarts: 0 });
});

test('what an earlier supervisor left written is not taken for news', async () => {
  const state = join(folder, 'state');
  await supervise([model('tiny', 'refuse')]).start();
  await expect.poll(async () => (await readEngineState(system, state, 'tiny'))?.phase).toBe('gave-up');
  await supervise([model('tiny', 'slow', join(folder, 'never'))]).start();
  expect((await readEngineState(system, state, 'tiny'))?.phase).toMatch(/starting|loading/);
});

test('a program that does not exist is reported by its name', async () => {
  const broken = model('tiny', 'ready');
  broken.engine.command = { argv: ['/no/such/program'], env: {} };
  const supervisor = supervise([broken]);
  await supervisor.start();
  await expect(supervisor.ensureReady('tiny', never)).rejects.toThrow(/no\/such\/program/);
});

test('an engine that no longer answers is ended and started again', async () => {
  const supervisor = supervise([model('tiny', 'hang')], {
    watch: { loadingMs: 10, readyMs: 20, answerMs: 100, silentStartMs: 60_000, silentLaterMs: 300 },
  });
  await supervisor.start();
  const status = await until(supervisor, ({ fault }) => fault !== null);
  expect(status.fault?.message).toContain('no longer answered');
});

test('an engine that ignores SIGTERM is ended all the same', async () => {
  const supervisor = supervise([model('tiny', 'stubborn')], { stopMs: 50 });
  await supervisor.start();
  const { pid } = await until(supervisor, ({ state }) => state === 'ready');
  await supervisor.stop();
  expect(await alive(pid)).toBe(false);
});

test('an unloaded model comes back when it is wanted', async () => {
  const supervisor = supervise([model('tiny', 'ready'), model('other', 'ready')]);
  await supervisor.start();
  await supervisor.ensureReady('tiny', never);
  await supervisor.unload('tiny');
  expect(supervisor.list()[0]).toMatchObject({ state: 'stopped', pid: null });
  await supervisor.ensureReady('tiny', never);
  expect(supervisor.list()[0]).toMatchObject({ state: 'ready' });
  await expect(supervisor.ensureReady('nobody', never)).rejects.toMatchObject({
    code: 'SERVED_MODEL_UNKNOWN',
  });
});

test('the folder of the socket is closed to others', async () => {
  const supervisor = supervise([model('tiny', 'ready')]);
  await supervisor.start();
  await supervisor.ensureReady('tiny', never);
  expect((await system.files.stat(join(folder, 'run')))?.mode).toBe(0o700);
});

test('kill -9 of the parent ends the engine', async () => {
  const parent = spawn(system.nodePath, [
    join(import.meta.dirname, '../../../test/fakes/supervise.ts'),
    folder,
  ]);
  const [said] = await once(parent.stdout, 'data');
  const engine = await system.processes.identify(Number(said));
  expect(engine).toBeDefined();
  parent.kill('SIGKILL');
  await expect.poll(() => engine && system.processes.isAlive(engine), { timeout: 10_000 }).toBe(false);
});
