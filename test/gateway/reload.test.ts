import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../src/api/gateway-config.ts';
import { hashKey, type KeyRecord } from '../../src/config/keys.ts';
import { isFailure } from '../../src/errors.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/server.ts';
import { realSystem } from '../../src/system/system.ts';
import { beginStream, chatAnswer, chatEvent, silent, startUpstream, streamEnd } from '../fakes/upstream.ts';
import { type HttpAnswer, http } from '../support/http.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { chat, chatPath, streamedChat } from './chats.ts';
import { authorized, configOf, keyRecord, readyStatus, scriptedControl, testKey } from './gateway.ts';
import { rawPost } from './raw-client.ts';

type Models = Parameters<typeof configOf>[0];

interface Scene {
  readonly gateway: RunningGateway;
  /** A gateway.yaml like the one it began with, but for these keys. */
  config(change?: Partial<GatewayConfig>): GatewayConfig;
  /** Writes a file of keys and returns its path. */
  keys(name: string, ...records: readonly KeyRecord[]): Promise<string>;
  post(body?: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
}

/** A gateway that serves `models` to whoever has the test's key. */
const start = async (models: Models, first: Partial<GatewayConfig> = {}): Promise<Scene> => {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'));
  const keys: Scene['keys'] = async (name, ...records) => {
    const file = join(folder, name);
    await writeFile(file, JSON.stringify({ schemaVersion: 1, keys: records }));
    return file;
  };
  const keysFile = await keys('keys.json', keyRecord());
  const listen = { host: '127.0.0.1', port: 0 };
  const config: Scene['config'] = (change = {}) =>
    configOf(models, { keysFile, listen, health: { seconds: 0 }, ...first, ...change });
  const gateway = await startGateway({
    ...{ config: config(), system: realSystem({}), version: '1.2.3', log: pino({ level: 'silent' }) },
    control: scriptedControl(new Map(models.map(({ id }) => [id, readyStatus(id)]))),
  });
  onTestFinished(async () => {
    await gateway.close(0);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    gateway,
    config,
    keys,
    post: (body = chat, headers = authorized) => http(gateway, 'POST', chatPath, body, headers),
  };
};

const nowhere = { url: 'http://127.0.0.1:9' };

const refusalOf = async (work: Promise<unknown>): Promise<unknown> => {
  const caught = await work.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  return isFailure(caught) ? caught.code : caught;
};

test('a model that comes is served, one that goes is not, and what it was asked before is answered', async () => {
  await using a = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  await using b = await startUpstream(chatAnswer('from b'));
  const strict = { routing: { strict: true, aliases: {} } };
  const { gateway, config, post } = await start([{ id: 'a', upstream: a.endpoint }], strict);
  const client = rawPost(gateway.port, chatPath, JSON.stringify({ ...chat, model: 'a', stream: true }));
  await client.until('one');
  await gateway.change(config({ models: configOf([{ id: 'b', upstream: b.endpoint }]).models }));
  expect((await post({ ...chat, model: 'b' })).json.choices[0].message.content).toBe('from b');
  expect((await post({ ...chat, model: 'a' })).json.error.code).toBe('model_not_found');
  let drained = false;
  const waiting = gateway.drained('a', 60_000).then(() => {
    drained = true;
  });
  expect(drained).toBe(false);
  (await a.call(1)).response.end(streamEnd);
  expect(parseAnswer(await client.ended).body.toString()).toBe(chatEvent('one') + streamEnd);
  await waiting;
});

test('what waits keeps its place while the file changes', async () => {
  await using upstream = await startUpstream(silent);
  const { gateway, config, post } = await start([{ id: 'a', maxRunning: 1, upstream: upstream.endpoint }]);
  const sent = ['first', 'second', 'third'].map((user) => post({ ...chat, user }));
  const { response: first } = await upstream.call(1);
  const waiting = async (): Promise<number> =>
    (await http(gateway, 'GET', '/api/status', undefined, authorized)).json.queues.a.waiting;
  await expect.poll(waiting, { interval: 5 }).toBe(2);
  await gateway.change(config());
  expect(await waiting()).toBe(2);
  first.end('{}');
  const order = ['first'];
  for (const number of [2, 3]) {
    const { body, response } = await upstream.call(number);
    order.push(JSON.parse(body.toString()).user);
    response.end('{}');
  }
  expect(order).toEqual(['first', 'second', 'third']);
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('limits of the new file hold at once, also for who asks before it sends', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config, post } = await start([{ id: 'a', upstream: upstream.endpoint }]);
  const long = { ...chat, user: 'x'.repeat(1_100_000) };
  const asked = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('data', (bytes) => {
        socket.destroy();
        resolve(bytes.toString().slice(0, 'HTTP/1.1 100'.length));
      });
      const head = [
        `POST ${chatPath} HTTP/1.1`,
        ...['host: 127.0.0.1', `authorization: Bearer ${testKey}`, 'content-type: application/json'],
        ...['content-length: 1100000', 'expect: 100-continue'],
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
    });
  expect([(await post(long)).status, await asked()]).toEqual([200, 'HTTP/1.1 100']);
  const { limits } = configOf([{ id: 'a', upstream: nowhere }], { limits: { bodyMiB: 1 } as never });
  await gateway.change(config({ limits }));
  expect([(await post(long)).status, await asked()]).toEqual([413, 'HTTP/1.1 413']);
  await gateway.change(config());
  expect([(await post(long)).status, await asked()]).toEqual([200, 'HTTP/1.1 100']);
});

test('another file of keys is read and followed; the one from before counts no more', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config, keys, post } = await start([{ id: 'a', upstream: upstream.endpoint }]);
  const asks = async (key: string): Promise<number> =>
    (await post(chat, { authorization: `Bearer ${key}` })).status;
  const keysFile = await keys('other.json', keyRecord({ sha256: hashKey('lai-other') }));
  await gateway.change(config({ keysFile }));
  expect([await asks(testKey), await asks('lai-other')]).toEqual([401, 200]);
  await keys('other.json', keyRecord({ sha256: hashKey('lai-third') }));
  await expect.poll(() => asks('lai-third'), { interval: 20 }).toBe(200);
  expect(await asks('lai-other')).toBe(401);
});

test('keys that are not there open nothing; a file that names none does, on loopback', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config, post } = await start([{ id: 'a', upstream: upstream.endpoint }]);
  const there = config().keysFile ?? '';
  await gateway.change(config({ keysFile: join(dirname(there), 'none.json') }));
  expect((await post(chat, {})).status).toBe(401);
  const { keysFile: _, ...keyless } = config();
  await gateway.change(keyless);
  expect((await post(chat, {})).status).toBe(200);
});

test('opened to the network without a key: refused, and all is as it was', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config, keys, post } = await start([{ id: 'a', upstream: upstream.endpoint }]);
  const empty = await keys('empty.json');
  const models = configOf([{ id: 'b', upstream: nowhere }]).models;
  const change = gateway.change(config({ models, keysFile: empty, exposure: 'lan' }));
  expect(await refusalOf(change)).toBe('EXPOSED_WITHOUT_KEY');
  const { status, headers } = await post();
  expect([status, headers['x-localai-model']]).toEqual([200, 'a']);
  expect((await post(chat, {})).status).toBe(401);
});

test('a key for an engine that is not there: refused, and all is as it was', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config, post } = await start([{ id: 'a', upstream: upstream.endpoint }]);
  const { models } = configOf([{ id: 'a', upstream: nowhere, upstreamKey: { variable: 'NOT_SET' } }]);
  expect(await refusalOf(gateway.change(config({ models })))).toBe('UPSTREAM_KEY');
  expect((await post()).status).toBe(200);
});

test('who guessed keys before the change has not been forgotten after it', async () => {
  const { gateway, config, post } = await start([{ id: 'a', upstream: nowhere }], {
    limits: configOf([{ id: 'a', upstream: nowhere }], { limits: { failedKeysPerMinute: 5 } as never })
      .limits,
  });
  const guess = async (): Promise<number> => (await post(chat, { authorization: 'Bearer lai-no' })).status;
  for (let tries = 0; tries < 5; tries += 1) expect(await guess()).toBe(401);
  expect(await guess()).toBe(429);
  await gateway.change(config());
  expect(await guess()).toBe(429);
});

test('an open stream goes on over many changes, and the gateway ends all the same', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const { gateway, config } = await start([{ id: 'tiny', upstream: upstream.endpoint }]);
  const client = rawPost(gateway.port, chatPath, streamedChat);
  await client.until('one');
  for (let change = 0; change < 20; change += 1) await gateway.change(config());
  const { response } = await upstream.call(1);
  response.write(chatEvent('two'));
  await client.until('two');
  const closed = gateway.close(60_000);
  response.end(streamEnd);
  const body = parseAnswer(await client.ended).body.toString();
  expect(body).toBe(chatEvent('one') + chatEvent('two') + streamEnd);
  await closed;
});

test('also under the other address of localhost', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { gateway, config } = await start([{ id: 'a', upstream: upstream.endpoint }], {
    listen: { host: 'localhost', port: 0 },
  });
  const models = configOf([{ id: 'b', upstream: upstream.endpoint }]).models;
  await gateway.change(config({ models }));
  const answers = await Promise.all(
    ['127.0.0.1', '::1'].map(async (host) => {
      const answer = await fetch(
        `http://${host.includes(':') ? `[${host}]` : host}:${gateway.port}/v1/models`,
        {
          headers: authorized,
        },
      ).catch(() => undefined);
      return answer && JSON.stringify(await answer.json());
    }),
  );
  // A machine without IPv6 has but one.
  for (const text of answers.filter((answer) => answer !== undefined)) expect(text).toContain('"id":"b"');
  expect(answers[0]).toContain('"id":"b"');
});
