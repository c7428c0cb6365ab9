/**
 * What the gateway costs: the same requests with and without it, in one run, as ratios.
 *
 *   node bench/gateway.ts [--rounds 5] [--json] [--peer name=http://host:port ...] [--profile folder]
 *
 * Rows: the engine asked directly; "bare", a Fastify route that passes bytes through undici.dispatch and does nothing
 * else; ours, with keys, routing, checks, metrics, usage and the request log. The engine is a stand-in that costs next to nothing.
 * Rounds are interleaved, so that a busy machine is busy for all rows. Figures are medians over rounds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fastify } from 'fastify';
import { type Dispatcher, Pool } from 'undici';
import { gatewayConfig } from '../src/api/gateway-config.ts';
import { hashKey } from '../src/config/keys.ts';
import { buildGateway } from '../src/gateway/app.ts';
import { keyTable } from '../src/gateway/keys/key-table.ts';
import { createUsageStore } from '../src/gateway/usage/usage-store.ts';
import { openServerLog } from '../src/stack/server-log.ts';
import { realSystem } from '../src/system/system.ts';

const key = 'lai-bench';
const path = '/v1/chat/completions';

/* The processes under test: each listens, tells its port and answers questions about its CPU time. */

const event = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'tiny', choices: [{ index: 0, delta: { content: ' token' }, finish_reason: null }] })}\n\n`;
const whole = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', model: 'tiny', usage: { prompt_tokens: 1, completion_tokens: 1 } },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
});

/** The stand-in engine: `tokens` events, `gap` ms apart, or as fast as they go. */
const engine = (): Promise<number> => {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const { stream, tokens = 1, gap = 0 } = JSON.parse(text) as Record<string, number>;
    if (!stream) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(whole.length) });
      response.end(whole);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const send = (): void => {
      const goesOn = response.write(event);
      sent += 1;
      if (sent === tokens) response.end('data: [DONE]\n\n');
      else if (gap > 0) setTimeout(send, gap);
      else if (goesOn) setImmediate(send);
      else response.once('drain', send);
    };
    send();
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
};

const bare = async (upstream: string): Promise<number> => {
  const pool = new Pool(upstream, { pipelining: 1, allowH2: false });
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post(path, (request, reply) => {
    reply.hijack();
    JSON.parse(String(request.body));
    const { raw } = reply;
    let controller: Dispatcher.DispatchController | undefined;
    raw.once('close', () => {
      if (!raw.writableFinished) controller?.abort(new Error('gone'));
    });
    pool.dispatch(
      { path, method: 'POST', body: request.body as Buffer, headers: { 'content-type': 'application/json' } },
      {
        onRequestStart: (given) => {
          controller = given;
        },
        onResponseStart: (_controller, status, headers) => {
          raw.writeHead(status, { 'content-type': String(headers['content-type']) });
        },
        onResponseData: (given, chunk) => {
          if (raw.write(chunk)) return;
          given.pause();
          raw.once('drain', () => given.resume());
        },
        onResponseEnd: () => void raw.end(),
        onResponseError: () => void raw.destroy(),
      },
    );
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
};

const ours = async (upstream: string): Promise<number> => {
  const system = realSystem({});
  const folder = mkdtempSync(join(tmpdir(), 'localai-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const config = gatewayConfig.parse({
    ...{ schemaVersion: 1, keysFile: 'none', stateFolder: folder, logs: { folder } },
    models: [{ id: 'tiny', upstream: { url: upstream } }],
  });
  const table = keyTable([
    { id: 'owner', name: 'owner', sha256: hashKey(key), scopes: ['inference'], createdAt: 0 },
  ]);
  // Log and usage are written as `serve` writes them.
  const { logger: log } = openServerLog(system, config.logs, undefined);
  const app = buildGateway({
    config,
    control: {
      list: () => [],
      ensureReady: async () => {},
      sleep: async () => {},
      unload: async () => {},
      events: async function* () {},
    },
    keys: { required: true, any: true, find: table, close: () => {} },
    system,
    version: 'bench',
    log,
    usage: createUsageStore({ file: join(folder, 'gateway.db'), ...system, log }),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
};

const roles: Readonly<Record<string, (upstream: string) => Promise<number>>> = { engine, bare, ours };

const serve = async (role: string, upstream: string): Promise<void> => {
  const port = await roles[role]?.(upstream);
  process.on('message', () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }));
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
};

/* The load. */

interface Target {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess | undefined;
}

const message = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const died = (code: number | null): void => reject(new Error(`a process ended with ${code}`));
    child.once('exit', died);
    child.once('message', (value) => {
      child.off('exit', died);
      resolve(value as T);
    });
  });

const start = async (role: string, upstream = ''): Promise<Target> => {
  const args = ['--role', role, '--upstream', upstream];
  const execArgv = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const child = fork(import.meta.filename, args, { execArgv });
  const { port } = await message<{ port: number }>(child);
  return { name: role, url: `http://127.0.0.1:${port}`, child };
};

/** CPU time that a target's process has used, us. */
const cpuOf = async ({ child }: Target): Promise<number> => {
  if (!child) return Number.NaN;
  const answer = message<{ cpu: NodeJS.CpuUsage }>(child);
  child.send('cpu');
  const { cpu } = await answer;
  return cpu.user + cpu.system;
};

interface Timed {
  /** ms. */
  readonly first: number;
  readonly whole: number;
}

const ask = (pool: Pool, body: object): Promise<Timed> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    let first = 0;
    pool.dispatch(
      {
        ...{ path, method: 'POST', body: JSON.stringify({ model: 'tiny', messages: [], ...body }) },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => {
          if (status !== 200) reject(new Error(`answered ${status}`));
        },
        onResponseData: () => {
          if (first === 0) first = performance.now() - begun;
        },
        onResponseEnd: () => resolve({ first, whole: performance.now() - begun }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** `times` requests, `atOnce` at any time. */
const askMany = async (
  pool: Pool,
  times: number,
  atOnce: number,
  body: object,
): Promise<readonly Timed[]> => {
  const done: Timed[] = [];
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) done.push(await ask(pool, body));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
};

/** One round's figures of one target. */
type Figures = Readonly<Record<string, number>>;

const measure = async (target: Target): Promise<Figures> => {
  const pool = new Pool(target.url, { pipelining: 1, allowH2: false });
  await askMany(pool, 300, 16, {});
  const single = await askMany(pool, 400, 1, {});
  const cpu0 = await cpuOf(target);
  const began = performance.now();
  const times = 4000;
  await askMany(pool, times, 16, {});
  const seconds = (performance.now() - began) / 1000;
  const cpu1 = await cpuOf(target);
  const flat = async (clients: number, tokens: number): Promise<number> => {
    const since = performance.now();
    await askMany(pool, clients, clients, { stream: true, tokens });
    return (clients * tokens) / ((performance.now() - since) / 1000);
  };
  const one = await flat(1, 5000);
  const many = await flat(32, 500);
  const cpu2 = await cpuOf(target);
  const paced = await askMany(pool, 32, 32, { stream: true, tokens: 75, gap: 20 });
  const cpu3 = await cpuOf(target);
  await pool.destroy();
  return {
    p50: median(single.map(({ whole }) => whole)),
    p99: quantile(
      single.map(({ whole }) => whole),
      0.99,
    ),
    perSecond: times / seconds,
    cpuUnary: (cpu1 - cpu0) / times,
    firstChunk: median(paced.map(({ first }) => first)),
    flat1: one,
    flat32: many,
    cpuChunk: (cpu3 - cpu2) / (32 * 75),
  };
};

const columns: readonly (readonly [string, (row: Figures, direct: Figures, bareRow: Figures) => string])[] = [
  ['added p50 ms', (row, direct) => ((row['p50'] ?? 0) - (direct['p50'] ?? 0)).toFixed(2)],
  ['added p99 ms', (row, direct) => ((row['p99'] ?? 0) - (direct['p99'] ?? 0)).toFixed(2)],
  ['req/s vs direct', (row, direct) => ((row['perSecond'] ?? 0) / (direct['perSecond'] ?? 1)).toFixed(2)],
  ['us CPU/request', (row) => (row['cpuUnary'] ?? 0).toFixed(0)],
  ['vs bare', (row, _direct, bareRow) => ((row['cpuUnary'] ?? 0) / (bareRow['cpuUnary'] ?? 1)).toFixed(2)],
  [
    'added 1st chunk ms, 32 streams',
    (row, direct) => ((row['firstChunk'] ?? 0) - (direct['firstChunk'] ?? 0)).toFixed(2),
  ],
  ['tok/s vs direct, 1 client', (row, direct) => ((row['flat1'] ?? 0) / (direct['flat1'] ?? 1)).toFixed(2)],
  ['32 clients', (row, direct) => ((row['flat32'] ?? 0) / (direct['flat32'] ?? 1)).toFixed(2)],
  ['us CPU/chunk, 32 x 50 tok/s', (row) => (row['cpuChunk'] ?? 0).toFixed(1)],
  ['vs bare', (row, _direct, bareRow) => ((row['cpuChunk'] ?? 0) / (bareRow['cpuChunk'] ?? 1)).toFixed(2)],
];

const medians = (rounds: readonly Figures[]): Figures =>
  Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [name, median(rounds.map((round) => round[name] ?? 0))]),
  );

const main = async (rounds: number, asJson: boolean, peers: readonly string[]): Promise<void> => {
  const direct = await start('engine');
  const targets: Target[] = [
    { ...direct, name: 'direct' },
    await start('bare', direct.url),
    await start('ours', direct.url),
    ...peers.map((peer) => {
      const [name = '', url = ''] = peer.split('=', 2);
      return { name, url, child: undefined };
    }),
  ];
  const found = new Map<string, Figures[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const target of targets) found.get(target.name)?.push(await measure(target));
  }
  for (const { child } of targets) child?.disconnect();
  const rows = new Map([...found].map(([name, figures]) => [name, medians(figures)]));
  if (asJson) {
    console.log(JSON.stringify(Object.fromEntries(rows), undefined, 2));
    return;
  }
  const [base, bareRow] = [rows.get('direct') ?? {}, rows.get('bare') ?? {}];
  const width = Math.max(...columns.map(([title]) => title.length));
  console.log(' '.repeat(width), ...[...rows.keys()].map((name) => name.padStart(10)));
  for (const [title, show] of columns) {
    console.log(
      title.padEnd(width),
      ...[...rows.values()].map((row) => show(row, base, bareRow).padStart(10)),
    );
  }
};

const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    profile: { type: 'string' },
    upstream: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    peer: { type: 'string', multiple: true, default: [] },
  },
});
if (values.role === undefined) await main(Number(values.rounds), values.json, values.peer);
else await serve(values.role, values.upstream);
