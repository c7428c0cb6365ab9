import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/api/models.ts';
import { startGateway } from '../../src/gateway/server.ts';
import { realSystem } from '../../src/system/system.ts';
import { chatAnswer, startUpstream } from '../fakes/upstream.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { chat, chatPath } from './chats.ts';
import {
  authorized,
  configOf,
  keyRecord,
  readyStatus,
  scriptedControl,
  startTestGateway,
} from './gateway.ts';

/** A gateway as `serve` starts it, with its files in a folder of its own. */
const startServed = async (upstream: Endpoint, folder = mkdtempSync(join(tmpdir(), 'localai-watching-'))) => {
  const keysFile = join(folder, 'keys.json');
  writeFileSync(keysFile, JSON.stringify({ schemaVersion: 1, keys: [keyRecord()] }));
  const listen = { host: '127.0.0.1', port: 0 };
  const gateway = await startGateway({
    config: configOf([{ id: 'tiny', upstream }], {
      ...{ keysFile, listen, stateFolder: folder, health: { seconds: 0 } },
    }),
    control: scriptedControl(new Map([['tiny', readyStatus('tiny')]])),
    system: realSystem(),
    version: '1.2.3',
    log: pino({ level: 'silent' }),
  });
  onTestFinished(async () => {
    await gateway.close(0);
    rmSync(folder, { recursive: true, force: true });
  });
  return { gateway, folder };
};

/** Reads an endless answer. */
const listen = (
  port: number,
): Promise<{ readonly text: () => string; leave(): void; readonly ended: Promise<unknown> }> =>
  new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/api/events', headers: authorized }, (answer) => {
      let text = '';
      const ended = new Promise((end) => answer.once('close', end));
      answer.on('error', () => {});
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      resolve({ text: () => text, leave: () => answer.destroy(), ended });
    });
  });

describe('/api/events', () => {
  test('needs a key, of whatever scope', async () => {
    const gateway = await startTestGateway({ keys: [keyRecord({ scopes: ['metrics'] })] });
    expect((await gateway.get('/api/events', {})).status).toBe(401);
    const { text, leave } = await listen(gateway.port);
    await until(() => text().includes('event: snapshot'));
    expect(text()).toMatch(/^retry: 2000\n\nevent: model\ndata: \{.*"id":"tiny".*\}\n\nevent: snapshot\n/);
    leave();
    await gateway.logged(({ path, status }) => path === '/api/events' && status === 200);
  });

  test('what is counted comes without asking, and leaving is no failure', async () => {
    await using upstream = await startUpstream(chatAnswer('x'));
    const gateway = await startTestGateway({ upstream: upstream.endpoint });
    const { text, leave } = await listen(gateway.port);
    await gateway.post(chatPath, chat);
    await until(() => text().includes('"requests":1,'));
    expect(text()).toContain('"promptTokens":3,"completionTokens":2');
    leave();
    await gateway.logged(({ path }) => path === '/api/events');
    const { traffic } = (await gateway.get('/api/status')).json;
    expect(traffic).toMatchObject({ requests: 1, errors: 0, canceled: 0, open: 1, streams: 0 });
    expect(traffic.tokensPerSecond).toBeGreaterThan(0);
  });

  test('ends with the gateway, which does not wait for it', async () => {
    const { gateway, folder } = await startServed({ url: 'http://127.0.0.1:9' });
    const { ended } = await listen(gateway.port);
    await Promise.all([gateway.close(), ended]);
    // The only use of the key was written at the end.
    expect(existsSync(join(folder, 'gateway.db'))).toBe(true);
  });
});

describe('/api/usage', () => {
  test('is for admins', async () => {
    const gateway = await startTestGateway({ keys: [keyRecord({ scopes: ['inference', 'metrics'] })] });
    expect((await gateway.get('/api/usage', {})).status).toBe(401);
    expect((await gateway.get('/api/usage')).status).toBe(403);
  });

  test.each(['days=0', 'days=1.5', 'days=many', 'days=1&days=2', 'days=99999', 'key=a&key=b'])(
    '?%s is refused',
    async (query) => {
      const gateway = await startTestGateway({});
      const { status, json } = await gateway.get(`/api/usage?${query}`);
      expect(status).toBe(400);
      expect(json.error.param).toBe(query.slice(0, query.indexOf('=')));
    },
  );

  test('tells what was used, over a restart too', async () => {
    await using upstream = await startUpstream(chatAnswer('x'));
    const before = await startServed(upstream.endpoint);
    await http(before.gateway, 'POST', chatPath, chat, authorized);
    await before.gateway.close();
    const { gateway } = await startServed(upstream.endpoint, before.folder);
    await http(gateway, 'POST', chatPath, chat, authorized);
    const usage = async (query: string) =>
      (await http(gateway, 'GET', `/api/usage?${query}`, undefined, authorized)).json;
    const today = new Date().toISOString().slice(0, 10);
    const json = await usage('days=2');
    expect(json).toMatchObject({
      schemaVersion: 1,
      days: 2,
      saved: true,
      total: { requests: 2, errors: 0, promptTokens: 6, completionTokens: 4, unknownUsage: 0 },
      keys: [{ id: 'owner', name: 'owner', requests: 2 }],
      models: [{ id: 'tiny', requests: 2 }],
    });
    expect(json.rows).toContainEqual(expect.objectContaining({ day: today, key: 'owner', model: 'tiny' }));
    expect(Date.now() - json.keys[0].lastUsed).toBeLessThan(60_000);
    expect((await usage('model=other')).total.requests).toBe(0);
  });
});

describe('/api/log-level', () => {
  test('is for admins', async () => {
    const gateway = await startTestGateway({ keys: [keyRecord({ scopes: ['inference'] })] });
    expect((await gateway.get('/api/log-level')).status).toBe(403);
    expect((await http(gateway.place, 'PUT', '/api/log-level', { level: 'debug' }, authorized)).status).toBe(
      403,
    );
  });

  test('is changed while it runs, and the change is in the log', async () => {
    const gateway = await startTestGateway({});
    const put = (body: unknown) => http(gateway.place, 'PUT', '/api/log-level', body, authorized);
    expect((await put({ level: 'warn' })).json).toEqual({ level: 'warn' });
    await gateway.get('/v1/models');
    await gateway.logged(({ msg, logLevel }) => msg === 'the log level was changed' && logLevel === 'warn');
    expect((await gateway.get('/api/log-level')).json).toEqual({ level: 'warn' });
    expect((await put({ level: 'debug' })).status).toBe(200);
    await gateway.get('/health');
    await gateway.logged(({ path }) => path === '/health');
    expect(gateway.log.some(({ path }) => path === '/v1/models')).toBe(false);
  });

  test.each([{ level: 'loud' }, {}, '{', ['debug']])('%j is refused', async (body) => {
    const gateway = await startTestGateway({});
    const { status, json } = await http(gateway.place, 'PUT', '/api/log-level', body, authorized);
    expect(status).toBe(400);
    expect(json.error.param).toBe('level');
  });
});
