import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../src/api/gateway-config.ts';
import { isFailure } from '../../src/errors.ts';
import { type RunningGateway, type StartOptions, startGateway } from '../../src/gateway/server.ts';
import { realSystem } from '../../src/system/system.ts';
import { beginStream, chatEvent, type FakeUpstream, startUpstream, streamEnd } from '../fakes/upstream.ts';
import { http } from '../support/http.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { authorized, configOf, keyRecord, readyStatus, scriptedControl } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const path = '/v1/chat/completions';
const streaming = JSON.stringify({ model: 'tiny', messages: [], stream: true });

interface Given {
  readonly upstream?: FakeUpstream;
  readonly keys?: boolean;
  readonly config?: Partial<GatewayConfig>;
  readonly options?: Partial<StartOptions>;
}

const start = async ({ upstream, keys = true, config, options }: Given): Promise<RunningGateway> => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const keysFile = join(folder, 'keys.json');
  if (keys) await writeFile(keysFile, JSON.stringify({ schemaVersion: 1, keys: [keyRecord()] }));
  const models = [{ id: 'tiny', upstream: upstream?.endpoint ?? { url: 'http://127.0.0.1:9' } }];
  const listen = { host: '127.0.0.1', port: 0 };
  const gateway = await startGateway({
    config: configOf(models, { keysFile, listen, health: { seconds: 0 }, ...config }),
    control: scriptedControl(new Map([['tiny', readyStatus('tiny')]])),
    system: realSystem(),
    version: '1.2.3',
    log: pino({ level: 'silent' }),
    ...options,
  });
  onTestFinished(async () => {
    await gateway.close(0);
    await rm(folder, { recursive: true });
  });
  return gateway;
};

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (caught: unknown) => caught,
  );

test('it listens, and says where', async () => {
  const gateway = await start({});
  expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}`);
  expect((await http(gateway, 'GET', '/v1/models', undefined, authorized)).status).toBe(200);
});

test('a busy port names who has it and the next free one', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void holder.close());
  const { port } = holder.address() as { port: number };
  const caught = await failureOf(start({ config: { listen: { host: '127.0.0.1', port } } }));
  expect(isFailure(caught, 'PORT_BUSY') && caught.params).toMatchObject({ port, host: '127.0.0.1' });
  expect(isFailure(caught) && Number(caught.params['free'])).toBeGreaterThan(port);
  if (process.platform === 'linux') {
    expect(isFailure(caught) && caught.params['holder']).toContain(`process ${process.pid}`);
  }
});

test('an address that is not of this machine is said so', async () => {
  const caught = await failureOf(start({ config: { listen: { host: '203.0.113.1', port: 0 } } }));
  expect(isFailure(caught, 'LISTEN_FAILED')).toBe(true);
});

test('open to the network without any key: refused', async () => {
  const caught = await failureOf(start({ keys: false, config: { exposure: 'lan' } }));
  expect(isFailure(caught, 'EXPOSED_WITHOUT_KEY')).toBe(true);
  const gateway = await start({ keys: true, config: { exposure: 'lan' } });
  expect(gateway.port).toBeGreaterThan(0);
});

test('closing lets open answers end and takes nothing new', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const gateway = await start({ upstream });
  const client = rawPost(gateway.port, path, streaming);
  await client.until('one');
  const closed = gateway.close(60_000);
  await expect(http(gateway, 'GET', '/health')).rejects.toThrow(/ECONN/);
  (await upstream.call(1)).response.end(streamEnd);
  expect(parseAnswer(await client.ended).body.toString()).toBe(chatEvent('one') + streamEnd);
  await closed;
});

test('a client that would keep its connection does not hold up the end', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const gateway = await start({ upstream });
  const headers = { ...authorized, 'content-type': 'application/json' };
  const answer = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: streaming });
  const closed = gateway.close(60_000);
  (await upstream.call(1)).response.end(streamEnd);
  expect(await answer.text()).toBe(chatEvent('one') + streamEnd);
  await closed;
});

test('what is still open after the time of grace is cut, and the engine is let go', async () => {
  await using upstream = await startUpstream((call) => {
    beginStream(call);
    call.response.write(chatEvent('one'));
  });
  const gateway = await start({ upstream });
  const client = rawPost(gateway.port, path, streaming);
  await client.until('one');
  await gateway.close(50);
  await client.ended;
  await (await upstream.call(1)).closed;
});

test('the browser UI is read from its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webui-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<p>UI</p>');
  await writeFile(join(folder, 'assets', 'a.css'), 'p{}');
  await writeFile(join(folder, '.gitkeep'), '');
  const gateway = await start({ options: { webUiFolder: folder } });
  expect((await http(gateway, 'GET', '/')).text).toBe('<p>UI</p>');
  const style = await http(gateway, 'GET', '/assets/a.css');
  expect([style.text, style.headers['content-type']]).toEqual(['p{}', 'text/css; charset=utf-8']);
  expect((await http(gateway, 'GET', '/.gitkeep')).status).toBe(404);
});

test('a folder without a built UI means the plain page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webui-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const gateway = await start({ options: { webUiFolder: folder } });
  expect((await http(gateway, 'GET', '/')).text).toContain('serves language models');
});
