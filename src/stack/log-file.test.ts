import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../system/clock.ts';
import { realFiles } from '../system/files.ts';
import { openLogFile } from './log-file.ts';

let folder: string;
let path: string;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-log-'));
  path = join(folder, 'logs', 'gateway.log');
  now = Date.now();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = { ...realClock, now: () => now };
const names = (): string[] => readdirSync(join(folder, 'logs')).sort();

test('lines arrive whole and in order, in a file that only we may read', async () => {
  const log = openLogFile(realFiles, clock, path, { maxBytes: 1e6 });
  for (let i = 0; i < 500; i++) log.write(`line ${i}`);
  log.write('with its own end\n');
  await log.close();
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines).toHaveLength(502);
  expect(lines[499]).toBe('line 499');
  expect((await realFiles.stat(path))?.mode).toBe(0o600);
});

test('a full file is put aside, and only so many stay', async () => {
  const log = openLogFile(realFiles, clock, path, { maxBytes: 100, keepFiles: 2 });
  for (let i = 0; i < 6; i++) {
    log.write(`${i}`.repeat(120));
    await log.flush();
    now += 1000;
  }
  await log.close();
  expect(names()).toHaveLength(3);
  expect(readFileSync(path, 'utf8')).toMatch(/^5+\n$/);
  expect(readFileSync(join(folder, 'logs', names()[1] ?? ''), 'utf8')).toMatch(/^3+\n$/);
});

test('old files go when they are together too large', async () => {
  const log = openLogFile(realFiles, clock, path, { maxBytes: 100, keepBytes: 250 });
  for (let i = 0; i < 6; i++) {
    log.write('x'.repeat(119));
    await log.flush();
    now += 1000;
  }
  await log.close();
  expect(names()).toHaveLength(3);
});

test('a day ends a file, also over a restart, and after a week it goes', async () => {
  const day = 24 * 3600 * 1000;
  const rotation = { maxBytes: 1e6, keepMs: 7 * day };
  const first = openLogFile(realFiles, clock, path, rotation);
  first.write('yesterday');
  await first.close();
  utimesSync(path, new Date(now - day), new Date(now - day));
  const old = `${path}.20200101000000000`;
  writeFileSync(old, 'ancient');
  utimesSync(old, new Date(now - 8 * day), new Date(now - 8 * day));
  writeFileSync(`${path}.notes`, 'not ours');
  const second = openLogFile(realFiles, clock, path, rotation);
  second.write('today');
  await second.close();
  expect(readFileSync(path, 'utf8')).toBe('today\n');
  expect(names()).toHaveLength(3);
  expect(names()).toContain('gateway.log.notes');
});

test('a log that cannot be written stops nothing', async () => {
  writeFileSync(join(folder, 'logs'), 'a file where the folder should be');
  const log = openLogFile(realFiles, clock, path, { maxBytes: 100 });
  log.write('lost');
  await expect(log.close()).resolves.toBeUndefined();
});
