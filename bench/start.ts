/**
 * How long a person waits, as ratios to what cannot be had faster: `--help` against bare node, a second `up` and its
 * first token against the bare engine.
 *
 *   node bench/start.ts [--rounds 5] [--json]
 *
 * The second `up` has everything on the disk. "Bare engine" is the worker started by itself on the same model.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machineEnv } from '../test/e2e/support/installation.ts';
import { engineLibrary, startEngine } from '../test/support/engine.ts';
import { neededSmallModel } from '../test/support/small-model.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string' }, json: { type: 'boolean' } } });
const rounds = Number(options.rounds ?? 5);
const root = join(import.meta.dirname, '..');
const bin = join(root, 'bin', 'localai.js');
const port = 18_080;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const repeat = async (work: () => Promise<number>): Promise<number> => {
  const figures: number[] = [];
  for (let i = 0; i < rounds; i++) figures.push(await work());
  return median(figures);
};

const home = mkdtempSync(join(tmpdir(), 'localai-bench-'));
const env = {
  ...machineEnv(),
  HOME: home,
  XDG_RUNTIME_DIR: join(home, 'run'),
  LOCALAI_GATEWAY_PORT: String(port),
  HF_ENDPOINT: 'http://127.0.0.1:9',
};
mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
const localai = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [bin, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** ms until `ask` says yes. */
const until = async (ask: () => Promise<boolean>): Promise<number> => {
  const started = performance.now();
  while (!(await ask())) await delay(10);
  return performance.now() - started;
};

const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    get(`http://127.0.0.1:${port}/health`, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });

const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1, stream: true });

/** Sends one request; true once a token came, false when the model still loads. */
const firstToken = (place: { port: number } | { socketPath: string }, key = ''): Promise<boolean> =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const asked = request({ ...place, method: 'POST', path: '/v1/chat/completions', headers }, (answer) => {
      answer.once('data', () => resolve(answer.statusCode === 200));
      answer.resume();
    });
    asked.on('error', () => resolve(false));
    asked.end(body);
  });

const secondUp = async (key: string): Promise<{ gateway: number; token: number }> => {
  localai('down');
  const up = spawn(process.execPath, [bin, 'up'], { env, stdio: 'ignore' });
  const ended = new Promise((resolve) => up.once('exit', resolve));
  const gateway = await until(answers);
  const token = gateway + (await until(() => firstToken({ port }, key)));
  await ended;
  return { gateway, token };
};

const bareEngine = async (): Promise<number> => {
  let engine: Awaited<ReturnType<typeof startEngine>> | undefined;
  const ms = await timed(async () => {
    engine = await startEngine({ file: neededSmallModel() });
    await firstToken(engine.place as { socketPath: string });
  });
  await engine?.stop();
  return ms;
};

const main = async (): Promise<void> => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
  const library = await engineLibrary();
  cpSync(library, join(home, '.local/share/localai/engines', basename(library)), { recursive: true });
  const run = (args: readonly string[]) => timed(() => spawnSync(process.execPath, args, { env }));
  const node = await repeat(() => run(['-e', '0']));
  const version = await repeat(() => run([bin, '--version']));
  const help = await repeat(() => run([bin, '--help']));
  localai('up', '--model', neededSmallModel());
  const key = localai('key', 'show').trim();
  const ups = [];
  const bares = [];
  for (let i = 0; i < rounds; i++) {
    ups.push(await secondUp(key));
    localai('down');
    bares.push(await bareEngine());
  }
  execFileSync('npm', ['run', '--silent', 'release:pack'], { cwd: root });
  const tarball = readdirSync(join(root, 'release')).find((name) => name.endsWith('.tgz')) ?? '';
  const empty = mkdtempSync(join(home, 'empty-'));
  const cold = await repeat(async () => {
    const cache = mkdtempSync(join(home, 'npm-'));
    const args = ['-y', `--package=${join(root, 'release', tarball)}`, 'localai', '--version'];
    return timed(() => spawnSync('npx', args, { env: { ...env, npm_config_cache: cache }, cwd: empty }));
  });
  const gateway = median(ups.map((one) => one.gateway));
  const token = median(ups.map((one) => one.token));
  const bare = median(bares);
  const rows = [
    ['bare node', node, ''],
    ['--version over bare node', version - node, ''],
    ['--help over bare node', help - node, 'at most 40'],
    ['npx tarball --version, cold', cold, 'at most 1500'],
    ['second up: gateway answers', gateway, 'at most 1500'],
    ['second up: first token', token, 'at most 4000'],
    ['bare engine: first token', bare, ''],
  ] as const;
  if (options.json)
    console.log(JSON.stringify({ rounds, ms: Object.fromEntries(rows), tokenToBare: token / bare }));
  else {
    for (const [name, ms, goal] of rows)
      console.log(`${name.padEnd(30)} ${ms.toFixed(0).padStart(6)} ms  ${goal}`);
    console.log(`${'first token to bare engine'.padEnd(30)} ${(token / bare).toFixed(2).padStart(6)}`);
  }
};

try {
  await main();
} finally {
  localai('down');
  rmSync(home, { recursive: true, force: true });
}
