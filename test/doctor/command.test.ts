import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { type FakeMachine, fakeMachine } from '../support/fake-machine.ts';

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  // Nothing of these tests is about the network.
  Object.assign(machine.env, { HF_HUB_OFFLINE: '1', LOCALAI_GATEWAY_PORT: '28918' });
});
afterEach(() => machine[Symbol.dispose]());

const doctor = (...args: string[]) => runCommand(['doctor', ...args], { env: machine.env });
const read = (stdout: string) => JSON.parse(stdout) as { checks: { id: string; group: string }[] };

test('--json is one document with these fields and no others; prose is on stderr', async () => {
  const { stdout, stderr, code } = await doctor('--json', '--quick');
  const found = JSON.parse(stdout) as { checks: object[]; machine: object };
  expect(Object.keys(found)).toEqual(['schemaVersion', 'machine', 'checks']);
  for (const check of found.checks) {
    expect(Object.keys(check)).toEqual([
      ...['id', 'group', 'title', 'status', 'severity', 'evidence', 'meaning', 'fix', 'anchor'],
    ]);
  }
  expect(JSON.stringify(found)).not.toContain('{localai}');
  expect(stderr).toContain('Look at this machine');
  expect(code).toBe(0);
});

test('--only takes checks and groups, --skip takes them out again', async () => {
  const only = read(
    (await doctor('--json', '--only', 'compose,docker-boot', '--skip', 'compose-version')).stdout,
  );
  expect(only.checks.map(({ id }) => id)).toEqual(['docker-boot', 'compose-installed']);
  const without = read((await doctor('--json', '--skip', 'gpu-path', '--skip', 'driver')).stdout);
  const seen = new Set(without.checks.map(({ group }) => group));
  expect(seen.has('driver') || seen.has('gpu-path')).toBe(false);
  expect(seen.has('gpu')).toBe(true);
});

test.each([
  ['--only', 'docker-deamon', 'Did you mean "docker-daemon"?'],
  ['--skip', 'drivers', 'Did you mean "driver"?'],
  ['--only', 'xyzzy', 'All of them'],
])('%s %s: the nearest name is told', async (option, name, hint) => {
  const { code, stderr } = await doctor(option, name);
  expect(code).toBe(2);
  expect(stderr).toContain(hint);
});

describe('exit codes', () => {
  test('warnings alone end with 0, with --strict with 1', async () => {
    expect((await doctor('--quick')).code).toBe(0);
    expect((await doctor('--quick', '--strict')).code).toBe(1);
  });

  test('something to repair ends with 1, unless it is left out', async () => {
    machine.remove('docker');
    expect((await doctor('--quick')).code).toBe(1);
    expect((await doctor('--quick', '--skip', 'docker')).code).toBe(0);
  });
});

test('the way to the card that works is remembered for `up`, and forgotten when none does', async () => {
  const state = join(machine.home, 'localai/state/state.json');
  const remembered = () => (JSON.parse(readFileSync(state, 'utf8')) as { gpuPath?: unknown }).gpuPath;
  machine.answer('docker', {
    args: '--device nvidia.com/gpu=all',
    exitCode: 1,
    stderr: 'RuntimeError: no\n',
  });
  await doctor('--only', 'gpu-path');
  expect(remembered()).toMatchObject({ style: 'gpus', proof: 'cuda', driverVersion: '580.105.08' });
  machine.answer('docker', { args: 'run --rm', exitCode: 1, stderr: 'RuntimeError: no\n' });
  await doctor('--only', 'gpu-path');
  expect(remembered()).toBeUndefined();
});

test('no container is run with --quick, or when nobody asks for what it proves', async () => {
  machine.answer('docker', { args: 'run --rm', exitCode: 1, stderr: 'RuntimeError: no\n' });
  expect((await doctor('--quick')).code).toBe(0);
  expect((await doctor('--skip', 'gpu-path')).code).toBe(0);
  expect((await doctor()).code).toBe(1);
});

describe('a report', () => {
  test('is read on another machine, which then sees the same', async () => {
    const file = join(machine.home, 'report.json');
    machine.remove('nvidia-ctk', 'nvidia-container-runtime', 'nvidia-container-runtime-hook');
    const here = await doctor('--json', '--quick', '--report', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    using other = fakeMachine();
    const there = await runCommand(['doctor', '--json', '--from', file], { env: other.env });
    expect(read(there.stdout).checks).toEqual(
      JSON.parse(JSON.stringify(read(here.stdout).checks).replaceAll(machine.home, '~')),
    );
    expect(there.code).toBe(here.code);
  });

  test('holds no home folder, no password and no token', async () => {
    const file = join(machine.home, 'report.json');
    Object.assign(machine.env, {
      HTTPS_PROXY: 'http://ada:hunter2@127.0.0.1:9',
      HF_TOKEN: 'hf_abcdefghijklmnop',
    });
    machine.file('localai/owner.key', 'lai-0123456789abcdef\n', 0o600);
    await doctor('--quick', '--report', file);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('"schemaVersion": 1');
    for (const secret of [machine.home, 'hunter2', 'hf_abc', 'lai-0123']) expect(text).not.toContain(secret);
  });

  test('the output of --json is read as well; then only the machine is known', async () => {
    const file = machine.file('output.json', (await doctor('--json', '--quick')).stdout);
    const { stdout, code } = await doctor('--json', '--from', file);
    const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string; evidence: string[] }[] };
    expect(checks.find(({ id }) => id === 'driver-answers')?.status).toBe('ok');
    expect(checks.find(({ id }) => id === 'port-gateway')).toMatchObject({
      ...{ status: 'not-checked', evidence: ['the report holds only the machine'] },
    });
    expect(code).toBe(0);
  });

  test.each([
    ['no file', undefined],
    ['no JSON', 'hello'],
    ['another JSON', '{"a":1}'],
    ['nothing', 'null'],
  ])('%s is refused', async (_what, text) => {
    const file = text === undefined ? '/nowhere/report.json' : machine.file('x.json', text);
    const { code, stderr } = await doctor('--from', file);
    expect(code).toBe(2);
    expect(stderr).toContain('[REPORT_UNUSABLE]');
  });

  test('--fix and --report are for this machine', async () => {
    const file = machine.file('output.json', (await doctor('--json', '--quick')).stdout);
    expect((await doctor('--from', file, '--fix')).code).toBe(2);
    expect((await doctor('--from', file, '--report', file)).code).toBe(2);
  });
});

describe('--fix', () => {
  test('repairs what is safe after a yes, says how to undo it, and looks again', async () => {
    const key = machine.file('localai/owner.key', 'lai-x\n', 0o644);
    const { stdout, stderr, code } = await doctor('--fix', '--yes', '--quick', '--only', 'security');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(stderr).toContain(`chmod 644 "${key}"`);
    expect(stdout).toContain('Nothing stands in the way');
    expect(code).toBe(0);
  });

  test('asks: without a terminal and without --yes nothing is touched', async () => {
    const key = machine.file('localai/owner.key', 'lai-x\n', 0o644);
    const { code, stderr } = await doctor('--fix', '--quick', '--only', 'security');
    expect(code).toBe(2);
    expect(stderr).toContain('[NEEDS_TTY]');
    expect(statSync(key).mode & 0o777).toBe(0o644);
  });

  test('leaves alone what it cannot take back', async () => {
    machine.remove('docker');
    const { stderr, code } = await doctor('--fix', '--yes', '--quick', '--only', 'docker');
    expect(stderr).toContain('Nothing here can be repaired by --fix');
    expect(code).toBe(1);
  });

  test('a repair that fails says why and does not stop the others', async () => {
    machine.program('systemctl', [
      { args: 'show', stdout: 'LoadState=loaded\nActiveState=active\nUnitFileState=disabled\n' },
      { args: 'enable docker', exitCode: 1, stderr: 'Access denied\n' },
    ]);
    machine.program('sudo', [{ args: '', exitCode: 1, stderr: 'Access denied\n' }]);
    machine.file('localai/owner.key', 'lai-x\n', 0o644);
    const { stderr, stdout } = await doctor('--fix', '--yes', '--quick', '--only', 'docker-boot,security');
    expect(stderr).toContain('Access denied');
    expect(stdout).not.toContain('security-key-files');
  });
});
