import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let tarball: string;
let folder: string;

beforeAll(() => {
  const printed = execFileSync(process.execPath, [join(root, 'tools/release-pack.ts')], { encoding: 'utf8' });
  tarball = (JSON.parse(printed) as { path: string }).path;
  folder = mkdtempSync(join(tmpdir(), 'localai-release-'));
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unpacked = (path: string): string =>
  execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' });

/** As on a machine that has never seen it, in an empty folder; offline, so a single dependency would fail. */
const npx = (...args: string[]) =>
  spawnSync('npx', ['-y', '-p', tarball, 'localai', ...args], {
    cwd: join(folder, 'empty'),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, LOCALAI_HOME: folder, npm_config_offline: 'true' },
  });

test('the package brings everything and asks npm for nothing', () => {
  const manifest = JSON.parse(unpacked('package.json')) as Record<string, unknown>;
  expect(Object.keys(manifest)).not.toContain('dependencies');
  expect(Object.keys(manifest)).not.toContain('scripts');
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n');
  for (const name of ['bin/localai.js', 'dist/cli.js', 'dist/llamacpp-worker.js', 'LICENSE']) {
    expect(files).toContain(`package/${name}`);
  }
  expect(files).toContain('package/templates/llamacpp/package-lock.json');
});

test('it carries the notices of what is bundled', () => {
  const notices = unpacked('THIRD_PARTY_LICENSES');
  for (const name of ['commander', 'undici', 'fastify', 'zod']) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)\n\n.*licen[cs]e`, 'im'));
  }
  expect(notices).not.toContain(root);
});

test('it runs from an empty folder, and leaves it empty', () => {
  const { version } = JSON.parse(unpacked('package.json')) as { version: string };
  expect(npx('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
  const { stdout } = npx('version', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ version, node: process.versions.node });
  expect(npx('config', 'get', 'gateway.port')).toMatchObject({ status: 0, stdout: '8080\n' });
  expect(npx('config', 'get', 'nothing').stderr).toContain('`npx localai config list`');
  expect(execFileSync('ls', ['-A', join(folder, 'empty')], { encoding: 'utf8' })).toBe('');
});
