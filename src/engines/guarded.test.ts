import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { realSystem } from '../system/system.ts';
import { guarded } from './guarded.ts';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const system = realSystem();

/** A program that says its number and waits. */
const waits = ['sh', '-c', 'echo $$; trap "exit 3" TERM; while :; do sleep 0.05; done'];

const start = (program: readonly string[]) => {
  const [command = '', ...args] = guarded(packageFolder, program);
  return system.processes.spawnChild(command, args);
};

const firstLine = async (stream: NodeJS.ReadableStream | null): Promise<string> => {
  if (!stream) throw new Error('no stdout');
  for await (const line of createInterface({ input: stream })) return line;
  return '';
};

test('the program has the number that its starter sees, and its exit code arrives', async () => {
  const child = start(waits);
  expect(await firstLine(child.stdout)).toBe(String(child.pid));
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(3);
});

test('it ends when its starter is gone, however that went', async () => {
  const words = JSON.stringify(guarded(packageFolder, waits));
  const starter = spawn(
    process.execPath,
    [
      '-e',
      `const [c, ...a] = ${words};
       const child = require('node:child_process').spawn(c, a, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
       child.stdout.on('data', (data) => process.stdout.write(data));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = Number(await firstLine(starter.stdout));
  const who = await system.processes.identify(pid);
  if (!who) throw new Error('it did not start');
  starter.kill('SIGKILL');
  await expect.poll(() => system.processes.isAlive(who), { timeout: 20_000 }).toBe(false);
});

test('a program that ends by itself leaves nothing behind', async () => {
  const child = start(['sh', '-c', 'exit 7']);
  const [code] = await once(child, 'exit');
  expect(code).toBe(7);
  await expect
    .poll(async () => (await system.processes.findByCommandLine(`engine-guard ${child.pid}`)).length)
    .toBe(0);
});
