import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ServedModel } from '../../api/gateway-config.ts';
import { gatewayConfig } from '../../api/gateway-config.ts';
import type { ModelStatus } from '../../api/models.ts';
import { realSystem } from '../../system/system.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const program = join(import.meta.dirname, '../../../test/fakes/engine.mjs');
const never = new AbortController().signal;
const atOnce = async (): Promise<void> => {};

const scene = (): {
  /** `argument` changes the command and nothing else. */
  model(id: string, argument?: string, change?: object): ServedModel;
  start(...models: readonly ServedModel[]): Promise<Supervisor>;
} => {
  const folder = mkdtempSync(join(tmpdir(), 'lai-c-'));
  const system = realSystem({ ...process.env, HOME: folder });
  const model = (id: string, argument = '', change = {}): ServedModel => {
    const socket = join(folder, `${id}.sock`);
    const argv = [system.nodePath, program, socket, 'ready', argument];
    const engine = { name: 'llamacpp', command: { argv } };
    const { models } = gatewayConfig.parse({
      schemaVersion: 1,
      models: [{ id, upstream: { socket }, engine, ...change }],
    });
    return models[0] as ServedModel;
  };
  return {
    model,
    start: async (...models) => {
      const supervisor = createSupervisor({
        ...{ system, models, stateFolder: join(folder, 'state'), logsFolder: folder, log: () => {} },
        timing: {
          watch: { loadingMs: 5, readyMs: 20, answerMs: 5000, silentStartMs: 60_000, silentLaterMs: 60_000 },
        },
      });
      onTestFinished(async () => {
        await supervisor.stop();
        rmSync(folder, { recursive: true, force: true });
      });
      await supervisor.start();
      await Promise.all(models.map(({ id }) => supervisor.ensureReady(id, never)));
      return supervisor;
    },
  };
};

const statusOf = (supervisor: Supervisor, id: string): ModelStatus => {
  const found = supervisor.list().find((status) => status.id === id);
  if (!found) throw new Error(`${id} is not in the list`);
  return found;
};

const lives = (pid: number | null | undefined): boolean => {
  try {
    return process.kill(pid ?? Number.NaN, 0);
  } catch {
    return false;
  }
};

test('what is said of a model changes, its engine goes on', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'));
  const { pid } = statusOf(supervisor, 'a');
  await supervisor.change([model('a', '', { roles: ['coder'] })], atOnce);
  expect(statusOf(supervisor, 'a')).toMatchObject({ pid, state: 'ready', roles: ['coder'], restarts: 0 });
});

test('an engine with another command ends once nobody uses it, and only then the next one starts', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'), model('b'));
  const [a, b] = ['a', 'b'].map((id) => statusOf(supervisor, id).pid);
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const asked: string[] = [];
  const changed = supervisor.change([model('a', 'other'), model('b')], (id) => {
    asked.push(id);
    return drained;
  });
  // In the same turn already: no request is sent to an engine that is not there.
  expect(statusOf(supervisor, 'a')).toMatchObject({
    state: 'loading',
    phase: 'the engine before it is ending',
  });
  const ready = supervisor.ensureReady('a', never);
  expect([lives(a), asked]).toEqual([true, ['a']]);
  drain();
  await changed;
  await ready;
  expect(lives(a)).toBe(false);
  expect(statusOf(supervisor, 'a').pid).not.toBe(a);
  expect(statusOf(supervisor, 'b').pid).toBe(b);
});

test('a model that is gone is shown until its engine has ended, and no longer', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'), model('b'));
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const changed = supervisor.change([model('b')], () => drained);
  expect(supervisor.list().map(({ id }) => id)).toEqual(['b', 'a']);
  await expect(supervisor.ensureReady('a', never)).rejects.toMatchObject({ code: 'SERVED_MODEL_UNKNOWN' });
  drain();
  await changed;
  expect(supervisor.list().map(({ id }) => id)).toEqual(['b']);
});

test('of two changes the last one holds at once, and nothing starts while an engine of the first is ending', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'));
  const before = statusOf(supervisor, 'a').pid;
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const first = supervisor.change([model('b')], () => drained);
  const second = supervisor.change([model('c'), model('d')], atOnce);
  await second;
  const states = (): object => Object.fromEntries(supervisor.list().map(({ id, state }) => [id, state]));
  expect(states()).toEqual({ c: 'loading', d: 'loading', a: 'ready' });
  expect(['c', 'd'].map((id) => statusOf(supervisor, id).pid)).toEqual([null, null]);
  drain();
  await first;
  await Promise.all(['c', 'd'].map((id) => supervisor.ensureReady(id, never)));
  expect(states()).toEqual({ c: 'ready', d: 'ready' });
  expect(lives(before)).toBe(false);
});

test('back to what it was before the old engine has ended: one starts anew', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'));
  const before = statusOf(supervisor, 'a').pid;
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const changes = [
    supervisor.change([model('a', 'other')], () => drained),
    supervisor.change([model('a')], atOnce),
  ];
  drain();
  await Promise.all(changes);
  await supervisor.ensureReady('a', never);
  expect(statusOf(supervisor, 'a').pid).not.toBe(before);
  expect(lives(before)).toBe(false);
});

test('told to stop in mid-change, nothing is started any more', async () => {
  const { model, start } = scene();
  const supervisor = await start(model('a'));
  const { pid } = statusOf(supervisor, 'a');
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const changed = supervisor.change([model('a', 'other')], () => drained);
  const stopped = supervisor.stop();
  drain();
  await Promise.all([changed, stopped]);
  expect([lives(pid), statusOf(supervisor, 'a').pid]).toEqual([false, null]);
});
