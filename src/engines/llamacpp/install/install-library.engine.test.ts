import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem } from '../../../system/system.ts';
import { binariesFor } from './binaries.ts';
import { installLibrary } from './install-library.ts';
import { manifestFor, readTemplate } from './manifest.ts';

const packageFolder = fileURLToPath(new URL('../../../../', import.meta.url));
const system = realSystem();
const template = await readTemplate(system, packageFolder);
const never = new AbortController().signal;

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'install-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const target = () => {
  const binaries = binariesFor({ ...system, gpus: { value: [] } }, 'off');
  const manifest = manifestFor(template, binaries?.packages ?? []);
  const enginesFolder = join(home, 'engines');
  return {
    folder: join(enginesFolder, `llamacpp-${manifest.hash}`),
    enginesFolder,
    lockFile: join(home, 'lock'),
    manifest,
  };
};

test('installs the library once, whole, whatever an interrupted installation left', async () => {
  const { folder, enginesFolder } = target();
  mkdirSync(join(enginesFolder, 'installing-llamacpp-abc', 'node_modules'), { recursive: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'half'), '');
  const steps: string[] = [];
  const progress = (step: { what: string }): void => void steps.push(step.what);
  await Promise.all([1, 2].map(() => installLibrary(system, target(), progress, never)));
  expect(readdirSync(enginesFolder)).toEqual([`llamacpp-${target().manifest.hash}`]);
  expect(existsSync(join(folder, 'half'))).toBe(false);
  expect(existsSync(join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'))).toBe(true);
  expect(readdirSync(join(folder, 'node_modules', '@node-llama-cpp'))).toHaveLength(1);
  expect(steps.filter((step) => step.includes('registry'))).toHaveLength(1);

  steps.length = 0;
  await installLibrary(system, target(), progress, never);
  expect(steps).toEqual([]);
});

test('says in npm’s words why it could not, and leaves nothing behind', async () => {
  const offline = realSystem({
    ...process.env,
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(home, 'cache'),
    npm_config_fetch_retries: '0',
  });
  const work = installLibrary(offline, target(), () => undefined, never);
  await expect(work).rejects.toMatchObject({
    code: 'ENGINE_INSTALL',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect(readdirSync(target().enginesFolder)).toEqual([]);
});

test('stops when it is told to, and leaves nothing behind', async () => {
  const abort = new AbortController();
  const work = installLibrary(system, target(), () => abort.abort(), abort.signal);
  await expect(work).rejects.toThrow();
  expect(readdirSync(target().enginesFolder)).toEqual([]);
});
