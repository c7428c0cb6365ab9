import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realSystem, type System } from '../../../system/system.ts';
import { TuningFile } from './tuning-file.ts';
import { verifyFile } from './verify-file.ts';

let folder: string;
let file: string;
let hashed: number;
let system: System;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
  file = join(folder, 'model.gguf');
  hashed = 0;
  const real = realSystem();
  const sha256: System['files']['sha256'] = (path, signal) => {
    hashed++;
    return real.files.sha256(path, signal);
  };
  system = { ...real, files: { ...real.files, sha256 } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hash = (content: string): string => createHash('sha256').update(content).digest('hex');
const verify = (sha256?: string): Promise<void> => {
  const tuning = new TuningFile(system, join(folder, 'threads.json'));
  return verifyFile(system, { file, modelId: 'small', ...(sha256 ? { sha256 } : {}) }, tuning);
};

test('a file is read once and not again while it stays as it is', async () => {
  writeFileSync(file, 'weights');
  await verify(hash('weights'));
  await verify(hash('weights'));
  expect(hashed).toBe(1);
});

test('a file that changed is read again, and refused', async () => {
  writeFileSync(file, 'weights');
  await verify(hash('weights'));
  writeFileSync(file, 'wEights');
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  await expect(verify(hash('weights'))).rejects.toMatchObject({
    code: 'ENGINE_LOAD',
    message: expect.stringContaining('is damaged'),
  });
  expect(hashed).toBe(2);
});

test('another hash than the one that was checked is checked', async () => {
  writeFileSync(file, 'weights');
  await verify(hash('weights'));
  await expect(verify(hash('others'))).rejects.toMatchObject({ code: 'ENGINE_LOAD' });
});

test('a hash may be written in capitals', async () => {
  writeFileSync(file, 'weights');
  await expect(verify(hash('weights').toUpperCase())).resolves.toBeUndefined();
});

test('a file that is not pinned is not read, but has to be there', async () => {
  await expect(verify()).rejects.toMatchObject({ code: 'ENGINE_LOAD' });
  writeFileSync(file, 'weights');
  await verify();
  expect(hashed).toBe(0);
});
