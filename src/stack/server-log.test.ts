import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFailure } from '../errors.ts';
import { realSystem } from '../system/system.ts';
import { openServerLog } from './server-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-server-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lines are JSON in gateway.log, all there once it is closed', async () => {
  const log = openServerLog(realSystem({}), { folder, level: 'info' }, undefined);
  log.logger.debug('not this');
  log.logger.info({ id: 1 }, 'this');
  await log.close();
  const [line = '', ...rest] = readFileSync(join(folder, 'gateway.log'), 'utf8').split('\n');
  expect(JSON.parse(line)).toEqual({ level: 30, time: expect.any(Number), id: 1, msg: 'this' });
  expect(rest).toEqual(['']);
});

test.each([
  ['debug', 20],
  ['DEBUG', 20],
  ['Warn', 40],
  ['', 30],
])('LOCALAI_LOG_LEVEL=%s comes before the file', async (LOCALAI_LOG_LEVEL, least) => {
  const lines: string[] = [];
  const take = async (some: readonly string[]): Promise<void> => void lines.push(...some);
  const log = openServerLog(realSystem({ LOCALAI_LOG_LEVEL }), { folder, level: 'info' }, take);
  for (const level of ['debug', 'info', 'warn'] as const) log.logger[level]('x');
  await log.close();
  expect(Math.min(...lines.map((line) => JSON.parse(line).level))).toBe(least);
});

test.each([
  [undefined, 20],
  ['warn', 40],
])(
  'another file may want another level; LOCALAI_LOG_LEVEL=%s still comes first',
  async (LOCALAI_LOG_LEVEL, least) => {
    const lines: string[] = [];
    const take = async (some: readonly string[]): Promise<void> => void lines.push(...some);
    const log = openServerLog(realSystem({ LOCALAI_LOG_LEVEL }), { level: 'error' }, take);
    log.setLevel('debug');
    for (const level of ['debug', 'info', 'warn'] as const) log.logger[level]('x');
    await log.close();
    expect(Math.min(...lines.map((line) => JSON.parse(line).level))).toBe(least);
  },
);

test('a level that is none is refused', () => {
  const open = () =>
    openServerLog(realSystem({ LOCALAI_LOG_LEVEL: 'loud' }), { folder, level: 'info' }, undefined);
  try {
    open();
    expect.unreachable();
  } catch (caught) {
    expect(isFailure(caught, 'CONFIG_BAD_VALUE')).toBe(true);
  }
});

test('a reader that stands still does not hold up the end', async () => {
  const log = openServerLog(realSystem({}), { folder, level: 'info' }, () => new Promise(() => {}));
  log.logger.info('x');
  await log.close();
});
