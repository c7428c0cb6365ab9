import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CheckResult } from '../../src/doctor/check.ts';
import { runCommand } from '../support/command-line.ts';

let folder: string;
let mounted = false;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-full-'));
});
afterEach(() => {
  if (mounted) shell(`umount ${folder}`);
  mounted = false;
  rmSync(folder, { recursive: true, force: true });
});

const shell = (command: string): boolean => spawnSync('/bin/sh', ['-c', command]).status === 0;

const mount = (options: string): boolean => {
  mounted = shell(`mount -t tmpfs -o ${options} tmpfs ${folder}`);
  return mounted;
};

const disk = async () => {
  const env = {
    HOME: folder,
    PATH: folder,
    LOCALAI_HOME: join(folder, 'localai'),
    HF_HUB_OFFLINE: '1',
    LANG: 'C.UTF-8',
  };
  const { stdout, code } = await runCommand(
    ['doctor', '--json', '--quick', '--only', 'disk,stack-settings'],
    { env },
  );
  const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
  return {
    code,
    wrong: checks.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id }) => id),
  };
};

test('a disk that is full', async (context) => {
  if (!mount('size=2m')) return context.skip('only root can mount a disk');
  writeFileSync(join(folder, 'filler'), Buffer.alloc(1_900_000));
  expect(await disk()).toEqual({ code: 1, wrong: ['disk-models'] });
});

test('a disk that is read-only', async (context) => {
  if (!mount('size=2g') || !shell(`mount -o remount,ro ${folder}`)) {
    return context.skip('only root can mount a disk');
  }
  const { code, wrong } = await disk();
  expect(wrong).toContain('disk-writable');
  expect(code).toBe(1);
});
