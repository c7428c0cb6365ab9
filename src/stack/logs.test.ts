import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolvePaths } from '../config/paths.ts';
import { realSystem, type System } from '../system/system.ts';
import { logFiles, openLogs } from './logs.ts';

let home: string;
let system: System;
let gateway: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-logs-'));
  system = realSystem({ LOCALAI_HOME: home });
  const { logs } = resolvePaths(system);
  mkdirSync(logs, { recursive: true });
  gateway = join(logs, 'gateway.log');
  writeFileSync(gateway, 'one\ntwo\nthree\n');
  writeFileSync(join(logs, 'engine-tiny.log'), 'load');
  writeFileSync(`${gateway}.20261122081502123`, 'old\n');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the logs there are, without those that were put aside', async () => {
  const files = await logFiles(system.files, resolvePaths(system));
  expect(files.map((file) => file.split('/').at(-1))).toEqual(['engine-tiny.log', 'gateway.log']);
  const { last } = await openLogs(system, files, 2);
  expect(last).toEqual([
    { log: 'engine-tiny', line: 'load' },
    { log: 'gateway', line: 'two' },
    { log: 'gateway', line: 'three' },
  ]);
});

test('what is added is followed, also past the change to a new file', async () => {
  const leave = new AbortController();
  const logs = await openLogs(system, [gateway], 0);
  expect(logs.last).toEqual([]);
  appendFileSync(gateway, 'four\nfi');
  const seen: string[] = [];
  for await (const { line } of logs.follow(leave.signal)) {
    seen.push(line);
    if (line === 'four') appendFileSync(gateway, 've\n');
    if (line === 'five') {
      renameSync(gateway, `${gateway}.20261122081502124`);
      writeFileSync(gateway, 'six\n');
    }
    if (line === 'six') leave.abort();
  }
  expect(seen).toEqual(['four', 'five', 'six']);
});
