import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { resolvePaths } from '../../src/config/paths.ts';
import { hashOf } from '../../src/stack/gateway-file.ts';
import { readRunning } from '../../src/stack/record.ts';
import { realSystem } from '../../src/system/system.ts';
import { beginStream, chatAnswer, chatEvent, silent, startUpstream, streamEnd } from '../fakes/upstream.ts';
import { type CommandResult, startCommand } from '../support/command-line.ts';
import { type HttpPlace, http } from '../support/http.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { chat, chatPath, streamedChat } from './chats.ts';
import { rawPost } from './raw-client.ts';

interface Served {
  readonly place: HttpPlace & { readonly port: number };
  readonly folder: string;
  /** Saves a file beside gateway.yaml. */
  save(name: string, text: string): Promise<void>;
  /** Resolves with the `number`th line of the log that says so. */
  logged(message: string, number?: number): Promise<Record<string, unknown>>;
  signal(name: 'SIGHUP' | 'SIGTERM'): void;
  readonly result: Promise<CommandResult>;
}

const problem = 'the changed gateway.yaml is refused; the one from before stays';
const taken = 'the changed gateway.yaml is served';

/** `localai serve --config gateway.yaml`, with that file and nothing else. */
const serve = async (yaml: string, files: Readonly<Record<string, string>> = {}): Promise<Served> => {
  const folder = await mkdtemp(join(tmpdir(), 'serve-'));
  return serveFile(folder, join(folder, 'gateway.yaml'), yaml, files);
};

/** As `up` has it run: with the file in its home folder, and nothing on the command line. */
const serveOwn = async (
  yaml: string,
): Promise<Served & { readonly recordedHash: () => Promise<string | undefined> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'serve-'));
  const system = realSystem({ HOME: join(folder, 'home') });
  const paths = resolvePaths(system);
  const served = await serveFile(folder, paths.gatewayFile, yaml);
  return { ...served, recordedHash: async () => (await readRunning(system, paths))?.configHash };
};

const serveFile = async (
  folder: string,
  file: string,
  yaml: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Served> => {
  const beside = dirname(file);
  await mkdir(beside, { recursive: true });
  const save = (name: string, text: string): Promise<void> => writeFile(join(beside, name), text);
  for (const [name, text] of Object.entries(files)) await save(name, text);
  await save('gateway.yaml', yaml);
  const isOwn = beside !== folder;
  const { stdout, signals, result } = startCommand(
    ['serve', '--json', ...(isOwn ? [] : ['--config', file])],
    { env: { HOME: join(folder, 'home') } },
  );
  let text = '';
  const watchers = new Set<() => void>();
  stdout.on('data', (part: string) => {
    text += part;
    for (const look of watchers) look();
  });
  const logged: Served['logged'] = (message, number = 1) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const lines = text.split('\n').slice(0, -1);
        const found = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
        if (found.length >= number) resolve(found[number - 1]);
      };
      watchers.add(look);
      look();
      void result.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)));
    });
  const signal: Served['signal'] = (name) => void signals.emit(name, name);
  onTestFinished(async () => {
    signal('SIGTERM');
    await result;
    await rm(folder, { recursive: true, force: true });
  });
  const { url } = await logged('serving');
  return { place: { port: Number(new URL(String(url)).port) }, folder, save, logged, signal, result };
};

const fileFor = (url: string, more = ''): string => `schemaVersion: 1
listen: { port: 0 }
health: { seconds: 0 }
models:
  - id: far
    upstream: { url: '${url}' }
${more}`;

const urlOf = ({ endpoint }: { readonly endpoint: object }): string => (endpoint as { url: string }).url;

const configState = async ({ place }: Served) => (await http(place, 'GET', '/api/status')).json.config;

test('a file by hand is enough, and nothing else is touched', async () => {
  await using upstream = await startUpstream(chatAnswer('from far away'));
  const { place, folder, signal, result } = await serve(fileFor(urlOf(upstream)));
  const { json } = await http(place, 'POST', chatPath, { ...chat, model: 'far' });
  expect(json.choices[0].message.content).toBe('from far away');
  signal('SIGTERM');
  expect((await result).code).toBe(0);
  expect(existsSync(join(folder, 'home'))).toBe(false);
});

test('a saved change is served; a mistake in it is told with its place, and what was before stays', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const file = fileFor(urlOf(upstream));
  const served = await serve(file);
  const { hash } = await configState(served);
  await served.save('gateway.yaml', `${file}    aliases: [nearby]\n`);
  await served.logged(taken);
  const { headers } = await http(served.place, 'POST', chatPath, { ...chat, model: 'nearby' });
  expect(headers['x-localai-route']).toContain('alias');
  const good = await configState(served);
  expect(good).toMatchObject({ problem: null, needsRestart: [] });
  expect(good.hash).not.toBe(hash);

  await served.save('gateway.yaml', `${file}    aliases: nearby\n`);
  const { problem: told } = await served.logged(problem);
  expect(told).toMatch(/gateway\.yaml.*7/);
  expect(told).toContain('aliases');
  expect(await configState(served)).toEqual({ ...good, problem: told });
  const after = await http(served.place, 'POST', chatPath, { ...chat, model: 'nearby' });
  expect(after.headers['x-localai-route']).toContain('alias');

  await served.save('gateway.yaml', file);
  await served.logged(taken, 2);
  expect(await configState(served)).toMatchObject({ hash, problem: null });
});

test('a file that is gone changes nothing', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const served = await serve(fileFor(urlOf(upstream)));
  await rm(join(served.folder, 'gateway.yaml'));
  await served.logged(problem);
  expect((await http(served.place, 'POST', chatPath, chat)).status).toBe(200);
});

test('SIGHUP reads again what the file names, though it is the same', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const file = fileFor(urlOf(upstream), "    upstreamKey: { file: 'far.key' }\n");
  const { place, save, signal, logged } = await serve(file, { 'far.key': 'sk-one\n' });
  await http(place, 'POST', chatPath, chat);
  await save('far.key', 'sk-two\n');
  signal('SIGHUP');
  await logged(taken);
  await http(place, 'POST', chatPath, chat);
  expect(upstream.calls.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer sk-one',
    'Bearer sk-two',
  ]);
});

test('where it listens changes only with a new start, and it says so', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const file = fileFor(urlOf(upstream));
  const served = await serve(file);
  await served.save('gateway.yaml', file.replace('port: 0', 'port: 0, socket: gw.sock'));
  await served.logged('these take effect with the next start');
  expect((await configState(served)).needsRestart).toEqual(['listen.socket']);
  expect((await http(served.place, 'GET', '/health')).status).toBe(200);
});

test('its record says what is served, and of a change that waits for the next start what was before', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const file = fileFor(urlOf(upstream));
  const { save, logged, recordedHash } = await serveOwn(file);
  expect(await recordedHash()).toBe(hashOf(file));
  const changed = `${file}    aliases: [nearby]\n`;
  await save('gateway.yaml', changed);
  await logged(taken);
  await expect.poll(recordedHash).toBe(hashOf(changed));
  await save('gateway.yaml', changed.replace('port: 0', 'port: 1'));
  await logged(taken, 2);
  await expect.poll(recordedHash).toBe(hashOf(file));
});

test('a Unix socket is listened on beside the port, for its owner alone, and gone at the end', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const file = fileFor(urlOf(upstream)).replace('port: 0', 'port: 0, socket: gw.sock');
  const { place, folder, signal, result } = await serve(file);
  const socketPath = join(folder, 'gw.sock');
  expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
  for (const one of [place, { socketPath }]) {
    expect((await http(one, 'POST', chatPath, chat)).status).toBe(200);
  }
  signal('SIGTERM');
  await result;
  expect(existsSync(socketPath)).toBe(false);
});

test('SIGTERM takes nothing new and lets open answers end', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const { place, signal, logged, result } = await serve(`${fileFor(urlOf(upstream))}drainSeconds: 600\n`);
  const client = rawPost(place.port, chatPath, streamedChat);
  await client.until('one');
  signal('SIGTERM');
  await logged('stopping');
  await expect(http(place, 'GET', '/health')).rejects.toThrow(/ECONN/);
  (await upstream.call(1)).response.end(streamEnd);
  expect(parseAnswer(await client.ended).body.toString()).toBe(chatEvent('one') + streamEnd);
  expect((await result).code).toBe(0);
});

test('what does not end in time is told so and ended', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const { place, signal, result } = await serve(`${fileFor(urlOf(upstream))}drainSeconds: 0.05\n`);
  const [stream, unary] = [streamedChat, JSON.stringify(chat)].map((body) =>
    rawPost(place.port, chatPath, body),
  );
  await stream?.until('one');
  await upstream.call(2);
  signal('SIGTERM');
  expect(parseAnswer((await stream?.ended) ?? Buffer.alloc(0)).body.toString()).toContain('"shutting_down"');
  await unary?.ended;
  expect((await result).code).toBe(0);
});

test('a second signal ends it at once', async () => {
  await using upstream = await startUpstream(silent);
  const { place, signal, logged, result } = await serve(`${fileFor(urlOf(upstream))}drainSeconds: 600\n`);
  const asked = http(place, 'POST', chatPath, chat).catch(() => {});
  const { closed, response } = await upstream.call(1);
  signal('SIGTERM');
  await logged('stopping');
  // A terminal and the program that runs us both send one; what comes at once is the same one.
  await new Promise((resolve) => setTimeout(resolve, 250));
  signal('SIGTERM');
  expect((await result).code).toBe(143);
  // Here the process lives on, unlike after bin/localai.js.
  response.destroy();
  await Promise.all([closed, asked]);
});
