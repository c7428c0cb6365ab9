import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { beginStream, chatAnswer, chatEvent, inTurn, startUpstream } from '../fakes/upstream.ts';
import { http } from '../support/http.ts';

const root = join(import.meta.dirname, '../..');

/** What a plain Node image gets to see: our program, no sources and no packages. */
const copyProgram = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'localai-alone-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'dist'])
    cpSync(join(root, name), join(folder, 'app', name), { recursive: true });
  return folder;
};

interface Alone {
  readonly child: ChildProcess;
  readonly port: number;
  logged(message: string): Promise<Record<string, unknown>>;
  readonly ended: Promise<unknown>;
}

const serveAlone = async (folder: string): Promise<Alone> => {
  const args = [
    join(folder, 'app/bin/localai.js'),
    'serve',
    '--config',
    join(folder, 'gateway.yaml'),
    '--json',
  ];
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home') };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines: Record<string, unknown>[] = [];
  const wakes = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const wake of wakes) wake();
  });
  const logged: Alone['logged'] = (message) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find(({ msg }) => msg === message);
        if (found) resolve(found);
      };
      wakes.add(look);
      look();
    });
  const { url } = await logged('serving');
  return { child, port: Number(new URL(String(url)).port), logged, ended };
};

const yamlFor = (url: string, id: string): string => `schemaVersion: 1
listen: { port: 0 }
models:
  - id: ${id}
    upstream: { url: '${url}' }
`;

test('the gateway alone, from dist/ and a file of five lines, in front of an engine elsewhere', async () => {
  await using upstream = await startUpstream(({ method, response, ...call }) => {
    if (method === 'GET') response.end();
    else return chat({ method, response, ...call });
  });
  const chat = inTurn(chatAnswer('from far away'), (call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const { url } = upstream.endpoint as { url: string };
  const folder = copyProgram();
  writeFileSync(join(folder, 'gateway.yaml'), yamlFor(url, 'far'));
  const { child, port, logged, ended } = await serveAlone(folder);
  const ask = (body: object) => http({ port }, 'POST', '/v1/chat/completions', { messages: [], ...body });
  expect((await ask({ model: 'far' })).json.choices[0].message.content).toBe('from far away');

  writeFileSync(join(folder, 'gateway.yaml'), yamlFor(url, 'farther'));
  child.kill('SIGHUP');
  await logged('the changed gateway.yaml is served');
  const { json } = await http({ port }, 'GET', '/v1/models');
  expect(json.data.map(({ id }: { id: string }) => id)).toEqual(['farther']);

  // The second signal does not wait for the stream that is still open.
  const open = ask({ stream: true }).catch(() => {});
  await expect.poll(() => upstream.calls.filter(({ method }) => method === 'POST').length).toBe(2);
  child.kill('SIGTERM');
  await logged('stopping');
  const again = setInterval(() => child.kill('SIGTERM'), 250);
  expect(await ended).toEqual([143, null]);
  clearInterval(again);
  await open;
  expect(readdirSync(folder).sort()).toEqual(['app', 'gateway.yaml']);
  expect(existsSync(join(folder, 'home'))).toBe(false);
});
