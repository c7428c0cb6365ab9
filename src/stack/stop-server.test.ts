import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Paths, resolvePaths } from '../config/paths.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import { realSystem, type System } from '../system/system.ts';
import { readRunning, writeRecord } from './record.ts';
import { findServer, serveLock, settledServer } from './running.ts';
import { checkPort } from './start-server.ts';
import { stopServer } from './stop-server.ts';

let home: string;
let system: System;
let paths: Paths;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lai-d-'));
  system = realSystem({ ...process.env, LOCALAI_HOME: home, XDG_RUNTIME_DIR: home });
  paths = resolvePaths(system);
  mkdirSync(paths.runtime, { recursive: true });
  mkdirSync(paths.locks, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A process of ours that runs a line of JavaScript until it is ended. */
const start = (script: string, ...args: string[]): Promise<ProcessIdentity> =>
  system.processes.spawnDetached(system.nodePath, ['-e', `${script};setInterval(() => {}, 1e6)`, ...args]);

const record = (who: ProcessIdentity, port = 1): Promise<void> =>
  writeRecord(system, paths, {
    schemaVersion: 1,
    version: '0.1.0',
    process: who,
    gateway: { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` },
    configHash: 'x',
    startedAt: 1,
  });

test('nothing runs: nothing is done, twice', async () => {
  expect(await stopServer(system, paths)).toBe(false);
  expect(await stopServer(system, paths)).toBe(false);
});

test('the server is ended and its record is gone', async () => {
  const server = await start('');
  await record(server);
  expect(await findServer(system, paths)).toEqual(server);
  expect(await stopServer(system, paths)).toBe(true);
  expect(await system.processes.isAlive(server)).toBe(false);
  expect(await readRunning(system, paths)).toBeUndefined();
  expect(existsSync(paths.stackFile)).toBe(false);
});

test('a server that has no record yet is found by its lock', async () => {
  const server = await start('');
  writeFileSync(serveLock(paths), JSON.stringify({ ...server, what: 'serve', since: 1, nonce: 'n' }));
  expect(await stopServer(system, paths)).toBe(true);
  expect(await system.processes.isAlive(server)).toBe(false);
});

test('engines that outlived their server are ended, their sockets removed, a shell that names the folder spared', async () => {
  const socket = join(paths.runtime, 'e-1.sock');
  writeFileSync(socket, '');
  const orphan = await start('', JSON.stringify({ socket }));
  const shell = await start('', socket);
  try {
    expect(await stopServer(system, paths)).toBe(false);
    expect(await system.processes.isAlive(orphan)).toBe(false);
    expect(await system.processes.isAlive(shell)).toBe(true);
    expect(existsSync(socket)).toBe(false);
  } finally {
    await system.processes.signal(shell, 'SIGKILL');
  }
});

test('a record whose number belongs to another process by now ends nobody', async () => {
  const stranger = spawn(system.nodePath, ['-e', 'setInterval(() => {}, 1e6)']);
  try {
    const pid = stranger.pid ?? 0;
    await record({ pid, started: 'long ago' });
    expect(await readRunning(system, paths)).toBeUndefined();
    expect(await stopServer(system, paths)).toBe(false);
    expect(await system.processes.identify(pid)).toBeDefined();
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a damaged record is no record', async () => {
  writeFileSync(paths.stackFile, '{"schemaVersion":1,"process":');
  expect(await readRunning(system, paths)).toBeUndefined();
});

test('a busy port is refused with its holder and the next free one', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as { port: number };
  try {
    await expect(checkPort(system, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
      params: { free: expect.any(Number) },
    });
  } finally {
    holder.close();
  }
});

test('a server that is just starting is waited for', async () => {
  const server = await start('');
  writeFileSync(serveLock(paths), JSON.stringify({ ...server, what: 'serve', since: 1, nonce: 'n' }));
  const settled = settledServer(system, paths);
  await record(server);
  expect((await settled)?.process).toEqual(server);
  await stopServer(system, paths);
  expect(await settledServer(system, paths)).toBeUndefined();
});
