import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { machineReport } from '../../../test/support/machine-report.ts';
import { resolvePaths } from '../../config/paths.ts';
import { realSystem } from '../../system/system.ts';
import type { EngineBudget, EngineModel } from '../engine.ts';
import { createLlamaServer } from './engine.ts';
import { type InstalledServer, readInstalled } from './installed.ts';

const packageFolder = fileURLToPath(new URL('../../../', import.meta.url));
const system = realSystem({ ...process.env, HOME: '/home/ada', XDG_RUNTIME_DIR: '/run/user/1000' });
const flags = [
  '--jinja',
  '--parallel',
  '--ctx-size',
  '--alias',
  '--fit',
  '--metrics',
  '--offline',
  '--no-webui',
];
const installed: InstalledServer = { program: '/usr/bin/llama-server', version: '7500', flags };

const model: EngineModel = {
  ...{ id: 'tiny', reference: '/models/tiny.gguf', file: '/models/tiny.gguf', sha256: undefined },
  roles: ['general'],
};
const budget: EngineBudget = {
  ...{ contextTokens: 4096, parallel: 3, threads: undefined, cores: 2, gpu: 'auto', memoryBytes: 1e9 },
};

const make = (of: Parameters<typeof createLlamaServer>[0]['installed'] = installed) =>
  createLlamaServer({ paths: resolvePaths(system), packageFolder, installed: of });

/** Where a flag stands, its value. */
const wordAfter = (words: readonly string[], flag: string): string | undefined =>
  words[words.indexOf(flag) + 1];

test('it listens on a socket, with parallel slots that each have the whole context', () => {
  const engine = make();
  const { argv, endpoint } = engine.command(engine.spec(model, budget));
  expect(argv.slice(0, 3)).toEqual([
    'sh',
    join(packageFolder, 'templates', 'engine-guard.sh'),
    '/usr/bin/llama-server',
  ]);
  expect('socket' in endpoint && endpoint.socket).toMatch(/^\/run\/user\/1000\/.*\.sock$/);
  expect(wordAfter(argv, '--host')).toBe('socket' in endpoint ? endpoint.socket : '');
  expect(wordAfter(argv, '--ctx-size')).toBe('12288');
  expect(wordAfter(argv, '--parallel')).toBe('3');
  expect(wordAfter(argv, '--threads')).toBe('2');
  expect(argv).toEqual(expect.arrayContaining(['--jinja', '--metrics', '--offline', '--no-webui']));
});

test('the spec is JSON, and another build is another one', () => {
  const engine = make();
  const spec = engine.spec(model, budget);
  expect(JSON.parse(JSON.stringify(spec))).toStrictEqual(spec);
  expect(make({ ...installed, version: '7600' }).spec(model, budget)).not.toEqual(spec);
});

test('the card: left alone when told to, fitted by builds that can, else all layers', () => {
  const layers = (gpu: 'auto' | 'off', known: readonly string[]): string | undefined => {
    const spec = make({ ...installed, flags: known }).spec(model, { ...budget, gpu });
    return spec.flags.includes('--n-gpu-layers') ? wordAfter(spec.flags, '--n-gpu-layers') : undefined;
  };
  expect(layers('off', flags)).toBe('0');
  expect(layers('auto', flags)).toBeUndefined();
  expect(layers('auto', [])).toBe('999');
});

test('a user’s flags are added, and ours taken away with their values', () => {
  const args = ['--flash-attn', 'on'];
  const removeArgs = ['--threads', '--metrics'];
  const spec = make().spec(model, { ...budget, args, removeArgs });
  expect(spec.flags.slice(-2)).toEqual(args);
  expect(spec.flags).not.toContain('--threads');
  expect(spec.flags).not.toContain('--metrics');
  expect(wordAfter(spec.flags, '--parallel')).toBe('3');
  expect(spec.flags.filter((word) => word === '2')).toEqual([]);
});

test('a model for embeddings alone is served for embeddings', () => {
  const known = [...flags, '--embeddings'];
  const engine = make({ ...installed, flags: known });
  expect(engine.spec({ ...model, roles: ['embedding'] }, budget).flags).toContain('--embeddings');
  expect(engine.spec(model, budget).flags).not.toContain('--embeddings');
});

test('the verdict names the program and its build, or why there is none', () => {
  const report = machineReport({});
  expect(make().probe(report)).toMatchObject({ usable: true, why: expect.stringContaining('build 7500') });
  expect(
    createLlamaServer({ paths: resolvePaths(system), packageFolder, installed: undefined }).probe(report),
  ).toMatchObject({
    ...{ usable: false, why: expect.stringContaining('on PATH') },
  });
  expect(make({ program: '/x', problem: 'it cannot be started' }).probe(report)).toEqual({
    ...{ usable: false, why: '/x: it cannot be started' },
  });
});

const program = (script: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'llama-server-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'llama-server');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

const help = '--jinja  use it\n-c, --ctx-size N\n-np, --parallel N\n-a, --alias STRING\n--fit [on|off]';

test('version and flags are read off a program', async () => {
  const file = program(
    `[ "$1" = --version ] && { echo 'ggml_cuda_init: found 1 CUDA devices' >&2; echo 'version: 6500 (abc1234)' >&2; exit 0; }\nprintf '%s' '${help}'`,
  );
  expect(await readInstalled(system, file)).toEqual({
    program: file,
    version: '6500',
    flags: ['--jinja', '--ctx-size', '--parallel', '--alias', '--fit'],
  });
});

test('one that is too old or another program is not used, and says why', async () => {
  const old = program(`echo '--ctx-size --parallel'`);
  expect(await readInstalled(system, old)).toEqual({
    program: old,
    problem: 'it knows no --jinja, --alias: too old, or another program',
  });
  expect(await readInstalled(system, '/nowhere/llama-server')).toMatchObject({
    problem: 'it cannot be started',
  });
});
