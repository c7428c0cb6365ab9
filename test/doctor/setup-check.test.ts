import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../docs/setup-check.sh');

/** What the script may use of the machine; everything else on PATH is ours. */
const tools = ['awk', 'head', 'df', 'dirname', 'tr', 'ls', 'sh'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-setup-check-'));
  for (const tool of tools) {
    symlinkSync(
      execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(folder, tool),
    );
  }
  program('nvidia-smi', 'echo "NVIDIA GeForce RTX 4090, 580.105.08, 24564"');
  program('nvidia-ctk', 'echo "NVIDIA Container Toolkit CLI version 1.18.1"');
  docker();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, body: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
};

const docker = (change: Readonly<Record<string, string>> = {}): void => {
  const says = {
    'version --format': 'echo 29.0.2',
    'compose version': 'echo 2.40.3',
    Runtimes: 'echo "nvidia runc "',
    DockerRootDir: `echo ${folder}`,
    ...change,
  };
  const cases = Object.entries(says).map(([asked, answer]) => `*'${asked}'*) ${answer} ;;`);
  program('docker', `case "$*" in\n${cases.join('\n')}\nesac`);
};

const check = (env: Readonly<Record<string, string>> = {}) => {
  const result = spawnSync('/bin/sh', [script], {
    encoding: 'utf8',
    env: { PATH: folder, HOME: folder, DISK_GB: '0', ...env },
  });
  return {
    code: result.status,
    fails: result.stdout.split('\n').filter((line) => line.startsWith('FAIL')),
    ...result,
  };
};

test('a machine in order', () => {
  const { code, fails, stderr, stdout } = check();
  expect(fails).toEqual([]);
  expect(stdout).toContain('All is there');
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

test.each([
  ['no driver', () => rmSync(join(folder, 'nvidia-smi')), /no NVIDIA driver/],
  [
    'a driver that fails',
    () => program('nvidia-smi', 'echo "Driver/library version mismatch"; exit 18'),
    /version mismatch/,
  ],
  ['an old driver', () => program('nvidia-smi', 'echo "Tesla T4, 550.163.01, 15360"'), /older than 580/],
  ['no Docker', () => rmSync(join(folder, 'docker')), /docker is not there/],
  [
    'no rights',
    () => docker({ 'version --format': 'echo "permission denied" >&2; exit 1' }),
    /may not use Docker/,
  ],
  [
    'no engine',
    () => docker({ 'version --format': 'echo "Cannot connect" >&2; exit 1' }),
    /does not answer: Cannot connect/,
  ],
  ['no Compose', () => docker({ 'compose version': 'exit 125' }), /no Compose v2/],
  ['an old Compose', () => docker({ 'compose version': 'echo v2.9.0' }), /older than 2\.23\.1/],
  ['no toolkit', () => rmSync(join(folder, 'nvidia-ctk')), /toolkit is not there/],
])('%s', (_name, make, words) => {
  make();
  const { code, fails } = check();
  expect(fails).toHaveLength(1);
  expect(fails[0]).toMatch(words);
  expect(code).toBe(1);
});

test('too little disk', () => {
  const { code, fails } = check({ DISK_GB: '9000000' });
  expect(fails).toHaveLength(2);
  expect(code).toBe(1);
});

test('shellcheck has nothing to say', (context) => {
  const result = spawnSync('shellcheck', ['--shell=sh', script], { encoding: 'utf8' });
  if (result.error) context.skip('shellcheck is not installed');
  expect(result.stdout).toBe('');
});
