import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { configOf, readyStatus, scriptedControl } from '../../test/gateway/gateway.ts';
import { type CommandResult, runCommand } from '../../test/support/command-line.ts';
import { http } from '../../test/support/http.ts';
import { resolvePaths } from '../config/paths.ts';
import { startGateway } from '../gateway/server.ts';
import { renderGatewayFile } from '../stack/gateway-file.ts';
import { writeRecord } from '../stack/record.ts';
import { realSystem } from '../system/system.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-key-'));
  env = { HOME: home, LOCALAI_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const key = (...args: readonly string[]): Promise<CommandResult> => runCommand(['key', ...args], { env });

const keyPattern = /^lai-[\w-]{43}\n$/;

interface StoredKey {
  readonly id: string;
  readonly name: string;
}

const stored = (file = 'keys.json'): StoredKey[] => JSON.parse(readFileSync(join(home, file), 'utf8')).keys;

describe('the owner key', () => {
  test('is shown alone on stdout, as a shell variable wants it', async () => {
    const missing = await key('show');
    expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('[KEY_MISSING]');
    const made = await key('rotate', '--quiet');
    expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(keyPattern) });
    expect(readFileSync(join(home, 'owner.key'), 'utf8')).toBe(made.stdout);
    expect(await key('show')).toEqual({ code: 0, stderr: '', stdout: made.stdout });
    const { stdout } = await key('show', '--json');
    expect(JSON.parse(stdout)).toEqual({ key: made.stdout.trim(), file: join(home, 'owner.key') });
  });

  test('is replaced only when that is confirmed', async () => {
    const first = await key('rotate');
    const unasked = await key('rotate');
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('Answer with --yes');
    expect((await key('show')).stdout).toBe(first.stdout);
    const second = await key('rotate', '--yes');
    expect(second.stdout).toMatch(keyPattern);
    expect(second.stdout).not.toBe(first.stdout);
    expect(second.stderr).toContain('The old key no longer works');
  });

  test('cannot be taken away, made again or given a time', async () => {
    await key('rotate');
    expect((await key('revoke', 'owner', '--yes')).stderr).toContain('[KEY_IS_OWNER]');
    expect((await key('create', 'Owner')).stderr).toContain('[KEY_NAME]');
    expect((await key('rotate', '--expires', '1d', '--yes')).stderr).toContain('does not expire');
  });
});

describe('other keys', () => {
  test('are made with limits, shown once and kept as a hash', async () => {
    const made = await key(
      ...['create', 'ci', '--scopes', 'inference,metrics', '--models', 'coder, tiny', '--rpm', '60'],
      ...['--parallel', '2', '--expires', '2999-01-31', '--priority', 'batch'],
    );
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(keyPattern) });
    expect(made.stderr).toContain('only time');
    expect(stored()).toMatchObject([
      {
        ...{ name: 'ci', scopes: ['inference', 'metrics'], models: ['coder', 'tiny'] },
        ...{ requestsPerMinute: 60, parallel: 2, priority: 'batch' },
        expiresAt: Date.parse('2999-01-31T23:59:59.999Z'),
      },
    ]);
    expect(readFileSync(join(home, 'keys.json'), 'utf8')).not.toContain(made.stdout.trim());
    expect((await key('show', 'ci')).stderr).toContain('[KEY_NOT_KEPT]');
  });

  test('with --json', async () => {
    const { stdout } = await key('create', 'laptop', '--json');
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ name: 'laptop', scopes: ['inference'], file: join(home, 'keys.json') });
    expect(`${told.key}\n`).toMatch(keyPattern);
    expect(told.sha256).toBeUndefined();
  });

  test.each([
    [['create', 'a b'], 'KEY_NAME'],
    [['create', 'x'.repeat(65)], 'KEY_NAME'],
    [['create', 'environment'], 'KEY_NAME'],
    [['create', 'LAPTOP'], 'KEY_EXISTS'],
    [['create', 'x', '--scopes', 'everything'], 'USAGE'],
    [['create', 'x', '--models', ' ,'], 'USAGE'],
    [['create', 'x', '--rpm', '0'], 'USAGE'],
    [['create', 'x', '--parallel', 'many'], 'USAGE'],
    [['create', 'x', '--expires', '2020-01-01'], 'USAGE'],
    [['create', 'x', '--priority', 'first'], 'USAGE'],
    [['revoke', 'laptpo', '--yes'], 'KEY_UNKNOWN'],
    [['rotate', 'nobody', '--yes'], 'KEY_UNKNOWN'],
    [['show', 'nobody'], 'KEY_UNKNOWN'],
    [['revoke', 'laptop'], 'NEEDS_TTY'],
  ])('%j is refused with %s', async (args, code) => {
    await key('create', 'laptop');
    const { stdout, stderr } = await key(...args);
    expect(stderr).toContain(`[${code}]`);
    expect(stdout).toBe('');
    expect(stored().map(({ name }) => name)).toEqual(['laptop']);
  });

  test('a wrong name is answered with the nearest', async () => {
    await key('create', 'laptop');
    expect((await key('revoke', 'laptpo')).stderr).toContain('Did you mean laptop?');
  });

  test('a key that has expired gets a new time, or is not replaced', async () => {
    await key('create', 'old', '--models', 'coder', '--expires', '1d');
    const file = join(home, 'keys.json');
    const [made] = stored();
    const past = { ...made, expiresAt: 1, fromLater: true };
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, keys: [past] }));
    expect((await key('rotate', 'old', '--yes')).stderr).toContain('[KEY_PAST]');
    expect((await key('rotate', 'OLD', '--expires', 'never', '--yes')).stdout).toMatch(keyPattern);
    const [fresh] = stored();
    expect(fresh).toMatchObject({ id: made?.id, name: 'old', models: ['coder'], fromLater: true });
    expect(fresh).not.toHaveProperty('expiresAt');
  });

  test('a model that is not served is named, since it may be a slip', async () => {
    const upstream = { url: 'http://127.0.0.1:9' };
    const config = configOf([{ id: 'tiny', roles: ['coder'], upstream }]);
    writeFileSync(join(home, 'gateway.yaml'), renderGatewayFile(config));
    expect((await key('create', 'a', '--models', 'coder,tiny')).stderr).not.toContain('not served');
    expect((await key('create', 'b', '--models', 'coder,tyni')).stderr).toContain(
      'not served here now: tyni',
    );
  });

  test('a gateway that runs alone has a file of its own', async () => {
    const own = ['--file', join(home, 'own.json')];
    await key('create', 'ada', ...own);
    await key('create', 'bob', ...own);
    await key('revoke', 'ada', '--yes', ...own);
    expect(stored('own.json').map(({ name }) => name)).toEqual(['bob']);
    expect((await key('rotate', '--yes', ...own)).stderr).toContain('[KEY_UNKNOWN]');
    const { stdout } = await key('list', ...own);
    expect(stdout).toMatch(/^NAME.*\nbob +inference +- .*not known\n$/);
  });

  test('thousands are fine', async () => {
    const [one] = await key('create', 'k').then(() => stored());
    const keys = Array.from({ length: 2000 }, (_, at) => ({ ...one, id: `k${at}`, name: `k${at}` }));
    writeFileSync(join(home, 'keys.json'), JSON.stringify({ schemaVersion: 1, keys }));
    expect((await key('create', 'last')).code).toBe(0);
    expect((await key('list')).stdout.trimEnd().split('\n')).toHaveLength(2002);
  });
});

/** A real gateway over the keys of this home, which the commands find as they would `serve`. */
const serve = async () => {
  const system = realSystem({ ...process.env, ...env });
  const paths = resolvePaths(system);
  const gateway = await startGateway({
    config: configOf([{ id: 'tiny', upstream: { url: 'http://127.0.0.1:9' } }], {
      keysFile: paths.keysFile,
      listen: { host: '127.0.0.1', port: 0 },
      stateFolder: paths.state,
    }),
    control: scriptedControl(new Map([['tiny', readyStatus('tiny')]])),
    system,
    version: '1.2.3',
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => gateway.close(0));
  const me = await system.processes.identify(process.pid);
  if (!me) throw new Error('this process has no identity');
  await writeRecord(system, paths, {
    ...{ schemaVersion: 1, version: '1.2.3', process: me, configHash: '', startedAt: 0 },
    gateway: { host: gateway.host, port: gateway.port, url: gateway.url },
  });
  return {
    /** Resolves once a key is answered with that status. */
    answers: (plain: string, status: number) =>
      expect
        .poll(
          async () => {
            const headers = { authorization: `Bearer ${plain.trim()}` };
            return (await http(gateway, 'GET', '/v1/models', undefined, headers)).status;
          },
          { interval: 20, timeout: 5000 },
        )
        .toBe(status),
    chat: (plain: string) =>
      http(gateway, 'POST', '/v1/chat/completions', { messages: [] }, { 'x-api-key': plain.trim() }),
  };
};

test('a running gateway follows each change, and knows when a key was last used', async () => {
  const owner = (await key('rotate')).stdout;
  const gateway = await serve();
  await gateway.answers(owner, 200);

  const made = (await key('create', 'laptop')).stdout;
  await gateway.answers(made, 200);
  await key('create', 'idle');
  await gateway.chat(made);
  await expect
    .poll(async () => (await key('list')).stdout, { interval: 50, timeout: 10_000 })
    .toMatch(/laptop .* s ago\nidle .* never\n/);
  const told = JSON.parse((await key('list', '--json')).stdout);
  expect(told).toMatchObject({ lastUseKnown: true, file: join(home, 'keys.json') });
  expect(told.keys.find(({ name }: StoredKey) => name === 'laptop').lastUsed).toBeGreaterThan(0);
  expect(JSON.stringify(told)).not.toContain('sha256');

  const rotated = (await key('rotate', 'laptop', '--yes')).stdout;
  await gateway.answers(rotated, 200);
  await gateway.answers(made, 401);
  await key('revoke', 'laptop', '--yes');
  await gateway.answers(rotated, 401);
  await key('rotate', '--yes');
  await gateway.answers(owner, 401);
});
