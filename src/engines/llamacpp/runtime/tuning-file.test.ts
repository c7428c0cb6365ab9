import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem } from '../../../system/system.ts';
import { TuningFile } from './tuning-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tuning-'));
  path = join(folder, 'state', 'threads.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): TuningFile => new TuningFile(realSystem(), path);
const threads = { decode: 1, prefill: 2, tokensPerSecond: 110.5 };

test('keeps what was measured, for each machine and model', async () => {
  await open().keepThreads('a', threads);
  await open().keepThreads('b', { ...threads, decode: 4 });
  expect(await open().threads('a')).toEqual(threads);
  expect(await open().threads('b')).toMatchObject({ decode: 4 });
  expect(await open().threads('c')).toBeUndefined();
});

test('measurements and verified files do not overwrite each other', async () => {
  await open().keepThreads('a', threads);
  await open().keepVerified('/m.gguf', { size: 1, modified: 2, inode: 3, sha256: 'f' });
  expect(await open().threads('a')).toEqual(threads);
  expect(await open().verified('/m.gguf')).toMatchObject({ sha256: 'f' });
});

test.each(['{"half', '{"schemaVersion":9}', '[]'])('a file with %s in it is begun anew', async (content) => {
  await open().keepThreads('a', threads);
  writeFileSync(path, content);
  expect(await open().threads('a')).toBeUndefined();
  await open().keepThreads('b', threads);
  expect(JSON.parse(readFileSync(path, 'utf8')).threads).toEqual({ b: threads });
});
