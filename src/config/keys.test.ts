import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem } from '../system/system.ts';
import { ensureOwnerKey, hashKey, loadKeys, readOwnerKey, rotateOwnerKey } from './keys.ts';
import { type Paths, resolvePaths } from './paths.ts';

let home: string;
let paths: Paths;
let system: ReturnType<typeof realSystem>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-keys-'));
  system = realSystem({ HOME: home, LOCALAI_HOME: home, PATH: process.env.PATH });
  paths = resolvePaths(system);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the owner key is made once, kept in a file of its own, and only its hash is in keys.json', async () => {
  const key = await ensureOwnerKey(system, paths);
  expect(key).toMatch(/^lai-[\w-]{43}$/);
  expect(await ensureOwnerKey(system, paths)).toBe(key);
  expect(await readOwnerKey(system, paths)).toBe(key);
  expect(statSync(paths.ownerKeyFile).mode & 0o777).toBe(0o600);
  expect(statSync(paths.keysFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(paths.keysFile, 'utf8')).not.toContain(key);
  expect(await loadKeys(system, paths.keysFile)).toMatchObject([{ id: 'owner', sha256: hashKey(key) }]);
});

test('a key that was written but never accepted is put right', async () => {
  const key = await ensureOwnerKey(system, paths);
  rmSync(paths.keysFile);
  expect(await ensureOwnerKey(system, paths)).toBe(key);
  expect(await loadKeys(system, paths.keysFile)).toMatchObject([{ sha256: hashKey(key) }]);
});

test('rotation replaces the owner key and keeps the others', async () => {
  const old = await ensureOwnerKey(system, paths);
  const file = JSON.parse(readFileSync(paths.keysFile, 'utf8'));
  file.keys.push({ id: 'k2', name: 'laptop', sha256: hashKey('x'), scopes: ['inference'], createdAt: 1 });
  writeFileSync(paths.keysFile, JSON.stringify(file));
  const fresh = await rotateOwnerKey(system, paths);
  expect(fresh).not.toBe(old);
  const hashes = (await loadKeys(system, paths.keysFile)).map((key) => key.sha256);
  expect(hashes.sort()).toEqual([hashKey('x'), hashKey(fresh)].sort());
});

test('several at once agree on one key', async () => {
  const keys = await Promise.all(Array.from({ length: 5 }, () => ensureOwnerKey(system, paths)));
  expect(new Set(keys).size).toBe(1);
});

test.each([
  ['{"schemaVersion":2,"keys":[]}', 'FILE_TOO_NEW'],
  ['{"schemaVersion":1,"keys":[{"id":"a"}]}', 'FILE_DAMAGED'],
  ['not json', 'FILE_DAMAGED'],
])('keys.json with %s is refused', async (content, code) => {
  writeFileSync(join(home, 'keys.json'), content);
  await expect(loadKeys(system, join(home, 'keys.json'))).rejects.toMatchObject({ code });
});
