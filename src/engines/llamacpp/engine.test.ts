import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { machineReport } from '../../../test/support/machine-report.ts';
import { resolvePaths } from '../../config/paths.ts';
import { realSystem } from '../../system/system.ts';
import type { EngineBudget, EngineModel } from '../engine.ts';
import { createLlamacpp } from './engine.ts';

const packageFolder = fileURLToPath(new URL('../../../', import.meta.url));
const env = { HOME: '/home/ada', XDG_RUNTIME_DIR: '/run/user/1000' };

const report = (platform: string, arch: string, vendor?: 'nvidia') =>
  machineReport({
    platform,
    arch,
    gpus: { value: vendor ? [{ vendor, name: vendor, memoryBytes: 8e9 }] : [] },
  });

const model: EngineModel = {
  id: 'tiny',
  reference: '/models/tiny.gguf',
  file: '/models/tiny.gguf',
  sha256: undefined,
  roles: ['general'],
};
const budget: EngineBudget = {
  contextTokens: undefined,
  parallel: 2,
  threads: undefined,
  cores: 2,
  gpu: 'auto',
  memoryBytes: 1e9,
};

const make = (machine = report('linux', 'x64'), more: Record<string, string> = {}) => {
  const system = realSystem({ ...env, ...more });
  return createLlamacpp({ system, paths: resolvePaths(system), packageFolder, report: machine });
};

test('the spec is JSON and the same for the same input; nothing absent is in it', async () => {
  const engine = await make();
  const spec = engine.spec(model, budget);
  expect(JSON.parse(JSON.stringify(spec))).toStrictEqual(spec);
  expect(engine.spec(model, budget)).toEqual(spec);
  expect(spec).not.toHaveProperty('threads');
  expect(spec).toMatchObject({ modelId: 'tiny', file: '/models/tiny.gguf', parallel: 2 });
});

test('two models have two sockets, and a graphics card means another library folder', async () => {
  const engine = await make(report('linux', 'x64', 'nvidia'));
  const first = engine.spec(model, budget);
  expect(engine.spec({ ...model, id: 'other' }, budget).socket).not.toBe(first.socket);
  expect(engine.spec(model, { ...budget, gpu: 'off' }).libraryFolder).not.toBe(first.libraryFolder);
  expect(first.libraryFolder).toMatch(/^\/home\/ada\/.*\/engines\/llamacpp-[0-9a-f]{10}$/);
});

test('the command runs the worker with the spec as its one argument', async () => {
  const engine = await make();
  const spec = engine.spec(model, budget);
  const { argv, endpoint } = engine.command(spec);
  expect(argv[0]).toBe(process.execPath);
  expect(argv[1]).toMatch(/dist\/llamacpp-worker\.js$/);
  expect(JSON.parse(argv[2] ?? '')).toEqual(spec);
  expect(endpoint).toEqual({ socket: spec.socket });
});

test('says where it cannot run', async () => {
  const engine = await make();
  expect(engine.probe(report('linux', 'arm64'))).toMatchObject({ usable: true });
  expect(engine.probe(report('win32', 'x64'))).toMatchObject({
    usable: false,
    why: expect.stringContaining('win32'),
  });
});

test('a socket path that no system takes is refused with the way out', async () => {
  const engine = await make(undefined, { XDG_RUNTIME_DIR: `/run/${'long/'.repeat(20)}` });
  expect(() => engine.spec(model, budget)).toThrow(/XDG_RUNTIME_DIR/);
});
