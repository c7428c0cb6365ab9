import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineStateFile } from '../../src/api/models.ts';

const script = join(import.meta.dirname, '../../templates/engine-run');

const has = (program: string): boolean => spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;

/** Shells that a container may bring; those of them that are here. */
const shells = [['dash'], ['busybox', 'sh'], ['bash', '--posix'], ['/bin/sh']].filter(([program]) =>
  has(program ?? ''),
);

let folder: string;
const running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-engine-run-'));
  for (const name of ['state', 'logs']) mkdirSync(join(folder, name));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

const state = (id = 'coder'): EngineStateFile | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, 'state', `${id}.json`), 'utf8')) as EngineStateFile;
  } catch {
    return undefined;
  }
};

const log = (id = 'coder', part = ''): string => {
  try {
    return readFileSync(join(folder, 'logs', `engine-${id}.log${part}`), 'utf8');
  } catch {
    return '';
  }
};

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

/** Runs the script around a program; it answers as long as the file `up` is there. */
const start = (
  shell: readonly string[],
  program: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started => {
  const [first = '/bin/sh', ...rest] = shell;
  const child = spawn(first, [...rest, script, ...program], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...{ ENGINE_ID: 'coder', ENGINE_STATE: join(folder, 'state'), ENGINE_LOGS: join(folder, 'logs') },
      ...{ ENGINE_URL: `file://${join(folder, 'up')}`, CRASH_PAUSE: '0', TMPDIR: folder },
      ...env,
    },
  });
  running.push(child);
  return { child, ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
};

const waitFor = { timeout: 60_000, interval: 50 };

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))(
  'engine-run in %s',
  (_name, shell) => {
    test('an engine that keeps ending is left alone after three times, and stays so until its state is removed', async () => {
      const first = start(shell, ['sh', '-c', 'echo boom; exit 3']);
      await expect.poll(() => state()?.phase, waitFor).toBe('gave-up');
      expect(state()).toMatchObject({ schemaVersion: 1, exitCode: 3, signal: null, attempt: 4, pid: null });
      expect(state()?.crashes).toHaveLength(3);
      expect(log()).toBe('boom\n');
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      const second = start(shell, ['sh', '-c', 'echo again; exit 3']);
      await expect.poll(() => state()?.since, waitFor).toBeDefined();
      expect(state()?.phase).toBe('gave-up');
      expect(log()).toBe('boom\n');
      second.child.kill('SIGTERM');
      await second.ended;
      rmSync(join(folder, 'state', 'coder.json'));
      start(shell, ['sleep', '60']);
      await expect.poll(() => state()?.phase, waitFor).toBe('loading');
    });

    test('it runs once it answers, and ends with its engine when it is told to', async () => {
      writeFileSync(join(folder, 'up'), '');
      const one = start(shell, ['sh', '-c', 'echo $$; exec sleep 60']);
      await expect.poll(() => state()?.phase, waitFor).toBe('running');
      const pid = Number(log());
      one.child.kill('SIGTERM');
      expect(await one.ended).toBe(0);
      expect(state()).toMatchObject({ phase: 'stopped', crashes: [] });
      expect(() => process.kill(pid, 0)).toThrow();
    });

    test('an engine that is killed is started again, and the signal is named', async () => {
      const marker = join(folder, 'second');
      start(shell, ['sh', '-c', `[ -e ${marker} ] && exec sleep 60; touch ${marker}; kill -9 $$`]);
      await expect.poll(() => state()?.crashes.length, waitFor).toBe(1);
      await expect.poll(() => state()?.phase, waitFor).toBe('loading');
      expect(state()).toMatchObject({ attempt: 2, exitCode: null, signal: 'SIGKILL' });
    });

    test('engines of one card start one after the other', async () => {
      const lock = { START_LOCK: 'GPU-1' };
      const first = start(shell, ['sleep', '60'], { ...lock, ENGINE_ID: 'one' });
      await expect.poll(() => state('one')?.phase, waitFor).toBe('loading');
      start(shell, ['sleep', '60'], { ...lock, ENGINE_ID: 'two' });
      await expect.poll(() => state('two')?.phase, waitFor).toBe('starting');
      start(shell, ['sleep', '60'], { START_LOCK: 'GPU-2', ENGINE_ID: 'three' });
      await expect.poll(() => state('three')?.phase, waitFor).toBe('loading');
      expect(state('two')?.phase).toBe('starting');
      first.child.kill('SIGTERM');
      await first.ended;
      await expect.poll(() => state('two')?.phase, waitFor).toBe('loading');
    });

    test('a context that vLLM itself calls too long is tried once with the length that it names', async () => {
      const words = 'Based on the available memory, the estimated maximum model length is 4096.';
      start(shell, ['sh', '-c', `echo "$*"; echo "${words}"; exit 1`, 'vllm', '--max-model-len', '9999']);
      await expect.poll(() => state()?.phase, waitFor).toBe('gave-up');
      expect(log()).toMatch(/^--max-model-len 9999 --max-model-len 4096\n/);
    });

    test('its log stays within its bounds', async () => {
      const many =
        'i=0; while [ $i -lt 400 ]; do echo "line $i xxxxxxxxxxxxxxxxxxxxxxxxx"; i=$((i+1)); done; exec sleep 60';
      start(shell, ['sh', '-c', many], { LOG_BYTES: '2000' });
      await expect.poll(() => log(), waitFor).toContain('line 399');
      expect(log().length).toBeLessThan(2100);
      expect(log('coder', '.1').length).toBeLessThan(2100);
    });
  },
);

test.skipIf(!has('shellcheck'))('shellcheck has nothing to say (skipped where there is none)', () => {
  const { stdout, status } = spawnSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
