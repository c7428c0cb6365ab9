import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { hashKey, keyScopes } from '../../config/keys.ts';
import { realSystem } from '../../system/system.ts';
import { hasExpired, type KeySource, openKeySource } from './key-source.ts';

const record = (plain: string, change: object = {}): object => ({
  ...{ id: plain, name: plain, sha256: hashKey(plain), scopes: keyScopes, createdAt: 0 },
  ...change,
});

const write = (file: string, ...plain: readonly string[]): Promise<void> =>
  writeFile(file, JSON.stringify({ schemaVersion: 1, keys: plain.map((one) => record(one)) }));

const newFile = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'keys.json');
};

const open = async (file: string, env: Record<string, string> = {}) => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const source = await openKeySource(realSystem({ ...process.env, ...env }), file, log);
  onTestFinished(() => source.close());
  return { source, lines };
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const accepts = (source: KeySource, plain: string): boolean => source.find(plain) !== undefined;

test('a changed file takes effect by itself', async () => {
  const file = await newFile();
  await write(file, 'old');
  const { source } = await open(file);
  expect(accepts(source, 'old')).toBe(true);
  expect(accepts(source, 'new')).toBe(false);
  await write(file, 'new');
  await until(() => accepts(source, 'new'));
  expect(accepts(source, 'old')).toBe(false);
});

test('a file that cannot be read is reported and the keys from before stay', async () => {
  const file = await newFile();
  await write(file, 'good');
  const { source, lines } = await open(file);
  await writeFile(file, '{');
  await until(() => lines.some((line) => line.includes('cannot be read')));
  expect(accepts(source, 'good')).toBe(true);
  await write(file, 'better');
  await until(() => accepts(source, 'better'));
});

test('a file that vanishes opens no door', async () => {
  const file = await newFile();
  await write(file, 'good');
  const { source } = await open(file);
  await rm(file);
  await until(() => !accepts(source, 'good'));
  expect(source.required).toBe(true);
});

test('without a file no key is required until there is one', async () => {
  const file = await newFile();
  const { source } = await open(file);
  expect(source.required).toBe(false);
  await write(file, 'first');
  await until(() => source.required);
  expect(accepts(source, 'first')).toBe(true);
});

test('API_KEY and the file that API_KEY_FILE names are accepted beside keys.json', async () => {
  const file = await newFile();
  await write(file, 'good');
  const { source } = await open(file, { API_KEY: 'from-env' });
  expect(['good', 'from-env', 'other'].map((plain) => accepts(source, plain))).toEqual([true, true, false]);
  const secret = `${file}.secret`;
  await writeFile(secret, 'from-file\n');
  const { source: second } = await open(file, { API_KEY: 'from-env', API_KEY_FILE: secret });
  expect(['from-file', 'from-env'].map((plain) => accepts(second, plain))).toEqual([true, false]);
});

test('a key has expired from its time on', async () => {
  const file = await newFile();
  const keys = [record('past', { expiresAt: 1 }), record('future', { expiresAt: Date.now() + 1e9 })];
  await writeFile(file, JSON.stringify({ schemaVersion: 1, keys }));
  const { source } = await open(file);
  const expired = ['past', 'future'].map((plain) => {
    const found = source.find(plain);
    return found && hasExpired(found, Date.now());
  });
  expect(expired).toEqual([true, false]);
  expect(source.any).toBe(true);
});
