import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const open = async (file: string | undefined, env: Record<string, string> = {}) => {
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

test('when the last key is taken away, no door opens', async () => {
  const file = await newFile();
  await write(file, 'good');
  const { source } = await open(file);
  await write(file);
  await until(() => !source.any);
  expect(accepts(source, 'good')).toBe(false);
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

test('a key in the environment is enough; a short one is warned of', async () => {
  const { source, lines } = await open(undefined, { API_KEY: ' long-enough-to-be-a-key ' });
  expect(accepts(source, 'long-enough-to-be-a-key')).toBe(true);
  expect(source).toMatchObject({ required: true, any: true });
  expect(lines.join('')).not.toContain('long-enough');
  expect(lines.join('')).not.toContain('guessed');
  const { lines: warned } = await open(undefined, { API_KEY: 'secret' });
  expect(warned.join('')).toContain('the key in API_KEY is short enough to be guessed');
});

test.each([
  ['is not there', undefined, 'does not exist'],
  ['is empty', ' \n', 'is empty'],
])('an API_KEY_FILE that %s opens no door', async (_how, content, problem) => {
  const secret = `${await newFile()}.secret`;
  if (content !== undefined) await writeFile(secret, content);
  const opened = open(undefined, { API_KEY: 'x', API_KEY_FILE: secret });
  await expect(opened).rejects.toMatchObject({ code: 'KEY_FILE_UNUSABLE', params: { problem } });
});

test('one among thousands is found', async () => {
  const file = await newFile();
  await write(file, ...Array.from({ length: 5000 }, (_, at) => `key ${at}`));
  const { source } = await open(file);
  expect(source.find('key 4711')?.name).toBe('key 4711');
  expect(source.find('key 5000')).toBeUndefined();
});

test('a mounted secret changes by a link beside it', async () => {
  const file = await newFile();
  const folder = dirname(file);
  for (const [version, plain] of [
    ['..1', 'old'],
    ['..2', 'new'],
  ] as const) {
    await mkdir(join(folder, version));
    await write(join(folder, version, 'keys.json'), plain);
  }
  await symlink('..1', join(folder, '..data'));
  await symlink('..data/keys.json', file);
  const { source } = await open(file);
  expect(accepts(source, 'old')).toBe(true);
  await symlink('..2', join(folder, '..next'));
  await rename(join(folder, '..next'), join(folder, '..data'));
  await until(() => accepts(source, 'new'));
  expect(accepts(source, 'old')).toBe(false);
});

test('where changes cannot be watched they are read when somebody asks for it', async () => {
  const file = await newFile();
  await write(file, 'old');
  const system = realSystem({});
  const deaf = { ...system, files: { ...system.files, watch: () => () => {} } };
  const source = await openKeySource(deaf, file, pino({ level: 'silent' }));
  onTestFinished(() => source.close());
  // The one reading that each watch begins with.
  await new Promise((resolve) => setTimeout(resolve, 100));
  await write(file, 'new');
  await source.refresh();
  expect(accepts(source, 'new')).toBe(true);
});
