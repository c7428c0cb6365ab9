import { expect, test } from 'vitest';
import { resolvePaths } from '../../config/paths.ts';
import type { MachineReport } from '../../machine/report.ts';
import { realSystem } from '../../system/system.ts';
import type { EngineBudget, EngineModel } from '../engine.ts';
import { createVllmNative } from './engine.ts';

const system = realSystem({
  HOME: '/home/me',
  LOCALAI_HOME: '/l',
  XDG_RUNTIME_DIR: '/run/me',
  PATH: '/usr/bin',
});

type Facts = Pick<MachineReport, 'platform' | 'arch' | 'gpus' | 'nvidia' | 'cpu'>;

const machine = (more: Partial<Facts> = {}): MachineReport => {
  const facts: Facts = {
    platform: 'linux',
    arch: 'x64',
    gpus: { value: [] },
    nvidia: {
      ...{ smi: { state: 'absent', problem: null, path: null }, driverVersion: null, cudaVersion: null },
      ...{ loadedModule: null, installedModule: { value: null }, modules: { value: [] }, deviceNodes: [] },
      ...{ preservesMemory: null, onBus: 0 },
    },
    cpu: { name: { value: 'x' }, cores: 4, coresFrom: 'x', features: ['avx2'] },
    ...more,
  };
  return facts as MachineReport;
};

const withCard = (driverVersion: string): MachineReport =>
  machine({
    gpus: { value: [{ vendor: 'nvidia', name: 'RTX', memoryBytes: 24e9 }] },
    nvidia: { ...machine().nvidia, driverVersion },
  });

const engineOn = (report: MachineReport) =>
  createVllmNative({ system, paths: resolvePaths(system), packageFolder: '/pkg', report });

const model: EngineModel = {
  ...{ id: 'tiny', reference: '/m/tiny', file: '/m/tiny', sha256: undefined, roles: ['general'] },
};

const budget: EngineBudget = {
  ...{
    contextTokens: undefined,
    parallel: 4,
    threads: undefined,
    cores: 4,
    gpu: 'auto',
    memoryBytes: 16 * 2 ** 30,
  },
};

const quiet = ['--disable-access-log-for-endpoints', '/health,/metrics'];

test('on a processor: what fits of the context, a quarter of the memory for the cache, nothing from the network', () => {
  const engine = engineOn(machine());
  const command = engine.command(engine.spec(model, budget));
  expect(command.argv.slice(0, 2)).toEqual(['sh', '/pkg/templates/engine-guard.sh']);
  expect(command.argv.slice(2, 8)).toEqual([
    '/l/engines/vllm-0.32.0-cpu/bin/python',
    '/l/engines/vllm-0.32.0-cpu/bin/vllm',
    ...['serve', '/m/tiny', '--uds', 'socket' in command.endpoint ? command.endpoint.socket : ''],
  ]);
  expect(command.argv.slice(8)).toEqual([
    ...['--max-model-len', 'auto', '--max-num-seqs', '4', '--kv-cache-memory-bytes', '4294967296'],
    ...['--served-model-name', 'tiny', ...quiet],
  ]);
  expect(command.env).toMatchObject({
    HF_HUB_OFFLINE: '1',
    VLLM_NO_USAGE_STATS: '1',
    DO_NOT_TRACK: '1',
    PATH: '/l/engines/vllm-0.32.0-cpu/bin:/usr/bin',
  });
});

test("on cards: the plan's flags and cards, sleep's routes where it takes turns", () => {
  const engine = engineOn(withCard('580.65.06'));
  const cards = {
    ...{
      flags: ['--max-model-len', '32768', '--enable-sleep-mode'],
      devices: ['GPU-a', 'GPU-b'],
      sleeps: true,
    },
    ...{ tensorParallel: 2, weightsGib: 20, order: 0 },
  };
  const { argv, env } = engine.command(engine.spec(model, { ...budget, cards }));
  expect(argv[2]).toBe('/l/engines/vllm-0.32.0-cuda/bin/python');
  expect(argv.slice(8)).toEqual([...cards.flags, '--served-model-name', 'tiny', ...quiet]);
  expect(env).toMatchObject({ CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b', VLLM_SERVER_DEV_MODE: '1' });
});

test("the user's flags take the place of ours, and wrong ones are refused", () => {
  const engine = engineOn(machine());
  const changed = {
    ...budget,
    args: ['--max-model-len', '2048'],
    removeArgs: ['--max-num-seqs', '--kv-cache-memory-bytes'],
  };
  expect(engine.spec(model, changed).flags).toEqual([
    '--served-model-name',
    'tiny',
    '--disable-access-log-for-endpoints',
    '/health,/metrics',
    '--max-model-len',
    '2048',
  ]);
  expect(() => engine.spec(model, { ...budget, args: ['--max-lenght', '1'] })).toThrow('--max-lenght');
  expect(() => engine.spec(model, { ...budget, args: ['--uds', '/x'] })).toThrow('set by localai');
});

test.each([
  ['on a card', withCard('580.65.06'), true, 'an NVIDIA card'],
  ['with an old driver, on the processor', withCard('550.10'), true, '580 or newer'],
  ['without a card', machine(), true, 'which is slow'],
  ['on macOS', machine({ platform: 'darwin' }), false, 'Linux'],
  ['on an old processor', machine({ cpu: { ...machine().cpu, features: ['sse4_2'] } }), false, 'AVX2'],
])('%s', (_where, report, usable, why) => {
  expect(engineOn(report).probe(report)).toEqual({ usable, why: expect.stringContaining(why) });
});

test('an embedding model is served as one', () => {
  const spec = engineOn(machine()).spec({ ...model, roles: ['embedding'] }, budget);
  expect(spec.flags).toContain('pooling');
});
