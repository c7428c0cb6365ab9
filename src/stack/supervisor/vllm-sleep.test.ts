import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gatewayConfig, type ServedModel } from '../../api/gateway-config.ts';
import { realSystem } from '../../system/system.ts';
import { createSupervisor } from './supervisor.ts';

const program = join(import.meta.dirname, '../../../test/fakes/engine.mjs');
const never = new AbortController().signal;

/** Two stand-ins of vLLM that share a card, and what each was told. */
const scene = async (sleepLevel: 1 | 2, logs: readonly [a: string, b: string] = ['a.log', 'b.log']) => {
  const folder = mkdtempSync(join(tmpdir(), 'lai-v-'));
  const system = realSystem({ ...process.env, HOME: folder });
  const log = (at: 0 | 1): string => join(folder, logs[at]);
  const { models } = gatewayConfig.parse({
    schemaVersion: 1,
    models: (['a', 'b'] as const).map((id, at) => {
      const socket = join(folder, `${id}.sock`);
      const argv = [system.nodePath, program, socket, 'vllm', log(at as 0 | 1)];
      return {
        ...{ id, upstream: { socket }, engine: { name: 'vllm-native', command: { argv } } },
        turns: { group: 'card', residenceSeconds: 0, sleepLevel },
      };
    }),
  });
  const supervisor = createSupervisor({
    ...{
      system,
      models: models as readonly ServedModel[],
      stateFolder: undefined,
      logsFolder: undefined,
      log: () => {},
    },
    timing: {
      watch: { loadingMs: 10, readyMs: 20, answerMs: 5000, silentStartMs: 60_000, silentLaterMs: 60_000 },
    },
  });
  onTestFinished(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await supervisor.start();
  await supervisor.ensureReady('a', never);
  return {
    supervisor,
    told: (at: 0 | 1): readonly string[] =>
      existsSync(log(at)) ? readFileSync(log(at), 'utf8').trim().split('\n') : [],
    of: (id: string) => supervisor.list().find((model) => model.id === id),
  };
};

test('level 1: one sleeps while the other is up, and wakes as the same process', async () => {
  const { supervisor, told, of } = await scene(1);
  const { pid } = of('a') ?? {};
  expect(of('b')).toMatchObject({ state: 'stopped', pid: null });
  await supervisor.ensureReady('b', never);
  expect(of('a')).toMatchObject({ state: 'sleeping', pid });
  expect(told(0)).toEqual(['/sleep?level=1']);
  await supervisor.ensureReady('a', never);
  expect(of('a')).toMatchObject({ state: 'ready', pid });
  expect(of('b')).toMatchObject({ state: 'sleeping' });
  expect(told(0)).toEqual(['/sleep?level=1', '/wake_up']);
});

test('level 2: the weights are read anew, and what was cached is forgotten', async () => {
  const { supervisor, told } = await scene(2);
  await supervisor.ensureReady('b', never);
  await supervisor.ensureReady('a', never);
  expect(told(0)).toEqual([
    ...['/sleep?level=2', '/wake_up?tags=weights', '/collective_rpc'],
    ...['/wake_up?tags=kv_cache', '/reset_prefix_cache'],
  ]);
});

test('an engine that will not wake is started anew', async () => {
  const { supervisor, told, of } = await scene(1, ['a-wakes-not.log', 'b.log']);
  const { pid } = of('a') ?? {};
  await supervisor.ensureReady('b', never);
  await supervisor.ensureReady('a', never);
  expect(told(0)).toEqual(['/sleep?level=1', '/wake_up']);
  expect(of('a')).toMatchObject({ state: 'ready' });
  expect(of('a')?.pid).not.toBe(pid);
});

test('engines that somebody else starts are woken and put to sleep, and asked how they are before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lai-w-'));
  const system = realSystem({ ...process.env, HOME: folder });
  const log = (id: string): string => join(folder, `${id}.log`);
  const engines = ['a', 'b'].map((id) =>
    spawn(system.nodePath, [program, join(folder, `${id}.sock`), 'vllm', log(id)], {
      stdio: ['pipe', 'ignore', 'inherit'],
    }),
  );
  const { models } = gatewayConfig.parse({
    schemaVersion: 1,
    models: ['a', 'b'].map((id) => ({
      ...{ id, upstream: { socket: join(folder, `${id}.sock`) }, engine: { name: 'vllm-compose' } },
      turns: { group: 'card', residenceSeconds: 0, sleepLevel: 1 },
    })),
  });
  const supervisor = createSupervisor({
    ...{
      system,
      models: models as readonly ServedModel[],
      stateFolder: undefined,
      logsFolder: undefined,
      log: () => {},
    },
  });
  onTestFinished(async () => {
    await supervisor.stop();
    for (const engine of engines) engine.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await supervisor.start();
  const states = (): readonly string[] =>
    supervisor
      .list()
      .map(({ state }) => state)
      .sort();
  await expect.poll(states, { timeout: 30_000 }).toEqual(['ready', 'sleeping']);
  const told = (id: string): readonly string[] =>
    existsSync(log(id)) ? readFileSync(log(id), 'utf8').trim().split('\n') : [];
  // Whoever came up before the last one makes room for it.
  expect([...told('a'), ...told('b')]).toEqual(['/sleep?level=1']);
  await supervisor.ensureReady('a', never);
  await supervisor.ensureReady('b', never);
  await supervisor.ensureReady('a', never);
  expect(supervisor.list().map(({ state }) => state)).toEqual(['ready', 'sleeping']);
  expect(told('a').at(-1)).toBe('/wake_up');
  expect(told('b').at(-1)).toBe('/sleep?level=1');
});

test('one that dies in its sleep is not started again before its turn', async () => {
  const { supervisor, of } = await scene(1);
  const { pid } = of('a') ?? {};
  await supervisor.ensureReady('b', never);
  process.kill(pid ?? 0, 'SIGKILL');
  await expect.poll(() => of('a'), { timeout: 30_000 }).toMatchObject({ state: 'stopped', pid: null });
  await supervisor.ensureReady('a', never);
  expect(of('a')).toMatchObject({ state: 'ready' });
  expect(of('b')).toMatchObject({ state: 'sleeping' });
});
