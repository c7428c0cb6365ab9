import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Listener } from './listener.ts';
import { listenUnix } from './unix-listener.ts';

const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'unix-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

/** A listener that answers `hello`, until the test ends. */
const hello = async (path: string, mode = 0o600): Promise<Listener> => {
  const listener = await listenUnix(path, mode, (socket) => {
    socket.on('error', () => {});
    socket.end('hello');
  });
  onTestFinished(() => listener.close());
  return listener;
};

const heard = async (path: string): Promise<string> => {
  let text = '';
  for await (const part of connect(path).setEncoding('utf8')) text += part;
  return text;
};

test.each([0o600, 0o660, 0o666])('its owner and whoever the mode lets in may use it: %o', async (mode) => {
  const path = join(emptyFolder(), 'made', 'for', 'it.sock');
  const before = process.umask();
  await hello(path, mode);
  expect(process.umask()).toBe(before);
  expect(statSync(path).mode & 0o777).toBe(mode);
  expect(await heard(path)).toBe('hello');
});

test('it is gone after the end', async () => {
  const folder = emptyFolder();
  const listener = await hello(join(folder, 'a.sock'));
  await listener.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('what a killed server left is removed', async () => {
  const path = join(emptyFolder(), 'a.sock');
  const child = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
  ]);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(statSync(path).isSocket()).toBe(true);
  await hello(path);
  expect(await heard(path)).toBe('hello');
});

test('a socket that somebody answers on is left alone', async () => {
  const path = join(emptyFolder(), 'a.sock');
  await hello(path);
  await expect(hello(path)).rejects.toThrow('another server listens there');
  expect(await heard(path)).toBe('hello');
});

test('a file that is no socket is left alone', async () => {
  const path = join(emptyFolder(), 'notes.txt');
  writeFileSync(path, 'dear diary');
  await expect(hello(path)).rejects.toThrow('a file of that name');
  expect(statSync(path).size).toBe(10);
});
