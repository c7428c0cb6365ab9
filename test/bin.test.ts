import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure } from '../src/errors.ts';

/**
 * The starter, in a package of its own whose dist/ says what it was given. An older Node is played by a preload that
 * changes the version that the starter sees; where the machine has a real one, that is used, too.
 */
let root: string;
let bin: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'localai-bin-'));
  for (const folder of ['bin', 'dist', 'path']) mkdirSync(join(root, folder));
  bin = join(root, 'bin', 'localai.js');
  copyFileSync(join(import.meta.dirname, '../bin/localai.js'), bin);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(root, 'dist', 'cli.js'),
    `export const run = async (args, env, host, invocation) => {
      if (args[0] === 'wait') await new Promise((resolve) => {
        process.on('SIGTERM', resolve);
        console.log('waiting');
        setInterval(() => {}, 1000);
      });
      console.log(JSON.stringify({ args, invocation, reexec: env.LOCALAI_REEXEC, noColor: env.NO_COLOR }));
      return 5;
    };`,
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const pretend = (version: string): string[] => {
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
};

const environment = (more: Record<string, string>): Record<string, string> => ({
  PATH: `${join(root, 'path')}:/usr/bin:/bin`,
  HOME: root,
  ...more,
});

const start = (args: string[], { version = '24.0.0', env = {} as Record<string, string> } = {}) =>
  spawnSync(process.execPath, [...pretend(version), bin, ...args], {
    ...{ encoding: 'utf8', env: environment(env), cwd: root },
  });

/** An `npx` that prints its arguments and the environment that matters, then ends with 7. */
const fakeNpx = (script = 'echo "$@"; echo "$LOCALAI_REEXEC"; exit 7'): void => {
  writeFileSync(join(root, 'path', 'npx'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'path', 'npx'), 0o755);
};

test('on a Node that is new enough it runs dist/cli.js and hands its exit code on', () => {
  const { status, stdout, stderr } = start(['up', '--no-color', 'a b'], { env: { FORCE_COLOR: '1' } });
  expect(status).toBe(5);
  expect(JSON.parse(stdout)).toEqual({ args: ['up', '--no-color', 'a b'], noColor: '1' });
  expect(stderr).toBe('');
});

test('much output into a slow pipe arrives whole', () => {
  writeFileSync(
    join(root, 'dist', 'cli.js'),
    "export const run = async () => { process.stdout.write('x'.repeat(3_000_000)); return 0; };",
  );
  const command = `"${process.execPath}" "${bin}" | (sleep 0.3; wc -c)`;
  const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect(Number(stdout)).toBe(3_000_000);
});

test('without dist/ it says how to build it', () => {
  rmSync(join(root, 'dist'), { recursive: true });
  const { status, stderr } = start(['up']);
  expect(status).toBe(1);
  expect(stderr).toBe(`error: localai is not built yet.\n  Build it: \`cd ${root} && npm run build\`.\n`);
});

describe('on a Node that is too old', () => {
  test.each([
    ['22.18.0', ['up']],
    ['20.20.2', ['config', '--help']],
    ['16.0.0', ['--help']],
  ])('%s runs %j on a newer one from npm, and says so in a line', (version, args) => {
    fakeNpx();
    const { status, stdout, stderr } = start(args, { version });
    expect(status).toBe(7);
    expect(stdout).toMatch(
      new RegExp(`^-y -p node-(bin-)?\\w+-\\w+@24 -- node ${bin} ${args.join(' ')}\nlocalai\n$`),
    );
    expect(stderr).toMatch(
      /^localai needs Node 22\.19; this is [\d.]+\. Running on node-\S+@24 from npm\.\n$/,
    );
  });

  test('whoever typed npx is still advised to', () => {
    fakeNpx();
    expect(start(['up'], { version: '20.0.0', env: { npm_command: 'exec' } }).stdout).toMatch(
      /\nnpx localai\n$/,
    );
  });

  test('the newer Node is told what was typed, its children are not', () => {
    const { stdout } = start(['up'], { env: { LOCALAI_REEXEC: 'npx localai' } });
    expect(JSON.parse(stdout)).toEqual({ args: ['up'], invocation: 'npx localai' });
  });

  test.each([
    [[]],
    [['--help']],
    [['--version']],
    [['help']],
    [['completion', 'bash']],
    [['complete', '--', 'u']],
  ])('%j needs no other Node', (args) => {
    fakeNpx('exit 9');
    expect(start(args, { version: '18.0.0' })).toMatchObject({ status: 5, stderr: '' });
  });

  test('in a checkout it uses the Node that was installed with it', () => {
    fakeNpx('exit 9');
    mkdirSync(join(root, 'node_modules', 'node', 'bin'), { recursive: true });
    writeFileSync(
      join(root, 'node_modules', 'node', 'bin', 'node'),
      `#!/bin/sh\nexec "${process.execPath}" "$@"\n`,
      { mode: 0o755 },
    );
    const { status, stdout, stderr } = start(['up'], { version: '20.0.0' });
    expect({ status, stderr }).toEqual({ status: 5, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ args: ['up'], invocation: 'localai' });
  });

  test.each([
    ['LOCALAI_NO_REEXEC forbids it', { LOCALAI_NO_REEXEC: '1' }],
    ['it was tried already', { LOCALAI_REEXEC: 'localai' }],
  ])('when %s, the exact command is given instead', (_why, env) => {
    fakeNpx('exit 9');
    const { status, stdout, stderr } = start(['chat', "it's", '--json'], { version: '20.0.0', env });
    const command = /`(npx -y -p \S+ -- node .* chat 'it'\\''s' --json)`/.exec(stderr)?.[1] ?? '';
    const { message, hint, code } = failure('NODE_TOO_OLD', { found: '20.0.0', command });
    expect(status).toBe(1);
    expect(stderr).toBe(`error: ${message} [${code}]\n  ${hint}\n`);
    expect(JSON.parse(stdout)).toEqual({ error: { code, message, hint } });
  });

  test('without npx, too', () => {
    const { status, stderr } = start(['up'], { version: '20.0.0', env: { PATH: join(root, 'path') } });
    expect(status).toBe(1);
    expect(stderr).toContain('[NODE_TOO_OLD]');
  });

  test('signals reach the newer Node, and its ending is ours', async () => {
    fakeNpx(`shift 5; exec "${process.execPath}" "$@"`);
    const child = spawn(process.execPath, [...pretend('20.0.0'), bin, 'wait', '--quiet'], {
      ...{ env: environment({}), stdio: ['ignore', 'pipe', 'ignore'] },
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(5);
  });
});

const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path));
const systemVersion = systemNode ? spawnSync(systemNode, ['--version'], { encoding: 'utf8' }).stdout : '';

test.runIf(/^v(1[2-9]|2[01])\./.test(systemVersion))('a real old Node can read the starter', () => {
  fakeNpx();
  const { status, stdout } = spawnSync(systemNode ?? '', [bin, 'up'], {
    ...{ encoding: 'utf8', env: environment({}) },
  });
  expect(status).toBe(7);
  expect(stdout).toContain(`-- node ${bin} up`);
});
