import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../src/api/gateway-config.ts';
import type { ModelStatus } from '../../src/api/models.ts';
import { startGateway } from '../../src/gateway/server.ts';
import { realSystem } from '../../src/system/system.ts';
import {
  beginStream,
  type Call,
  chatEvent,
  type Script,
  startUpstream,
  streamEnd,
} from '../fakes/upstream.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { chatPath, streamedChat } from './chats.ts';
import { configOf, keyRecord, readyStatus, scriptedControl, startTestGateway } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const other = { a: 'b', b: 'a' } as const;
type Name = keyof typeof other;

const pieces = (name: string): readonly string[] =>
  Array.from({ length: 12 }, (_, at) => chatEvent(`${name} ${at} 日本 👩‍👩‍👧`));

/** An engine that writes for a while, and notes when it is asked while the other one is up. */
const engine =
  (name: Name, states: ReadonlyMap<string, ModelStatus>, wrongly: Name[]): Script =>
  async (call: Call) => {
    if (states.get(other[name])?.state === 'ready') wrongly.push(name);
    beginStream(call);
    for (const piece of pieces(name)) {
      call.response.write(piece);
      await delay(3);
    }
    call.response.end(streamEnd);
  };

test('two engines that share one place swap under load, and no byte of any answer is lost', async () => {
  const states = new Map([
    ['a', readyStatus('a')],
    ['b', readyStatus('b', { state: 'sleeping' })],
  ]);
  const wrongly: Name[] = [];
  await using a = await startUpstream(engine('a', states, wrongly));
  await using b = await startUpstream(engine('b', states, wrongly));
  const engines = { a, b };
  let swaps = 0;
  /** What has a place or waits for one; a request may still be on its way to its engine. */
  const openOf = async (name: Name): Promise<number> => {
    const { running, waiting } = (await gateway.get('/api/status')).json.queues[name];
    return running + waiting;
  };
  /** As on a card with room for one: the other ends its answers, sleeps, and only then this one is up. */
  const swapTo = async (name: Name): Promise<void> => {
    if (states.get(name)?.state === 'ready') return;
    swaps += 1;
    states.set(other[name], readyStatus(other[name], { state: 'sleeping' }));
    while ((await openOf(other[name])) > 0) await delay(1);
    states.set(name, readyStatus(name, { state: 'loading' }));
    await delay(10);
    states.set(name, readyStatus(name));
    // Stays for a while, or both would be swapped for ever and answer nothing.
    await delay(40);
  };
  let last: Promise<void> = Promise.resolve();
  const ensureReady = (name: string): Promise<void> => {
    last = last.then(() => swapTo(name as Name));
    return last;
  };
  const control = { ...scriptedControl(states), ensureReady };
  const models = (['a', 'b'] as const).map((id) => ({ id, upstream: engines[id].endpoint, maxRunning: 8 }));
  const gateway = await startTestGateway({ models, options: { control } });

  let refused = 0;
  const ask = async (name: Name): Promise<void> => {
    const body = JSON.stringify({ model: name, messages: [], stream: true });
    for (;;) {
      const answer = parseAnswer(await rawPost(gateway.port, chatPath, body).ended);
      if (/^HTTP\/1\.1 503 [\s\S]*\r\nretry-after: \d/i.test(answer.head)) {
        refused += 1;
        await delay(25);
        continue;
      }
      expect(answer.head).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer.body.toString()).toBe(pieces(name).join('') + streamEnd);
      return;
    }
  };
  const client = async (name: Name): Promise<void> => {
    for (let times = 0; times < 4; times += 1) await ask(name);
  };
  await Promise.all(Array.from({ length: 16 }, (_, at) => client(at % 2 === 0 ? 'a' : 'b')));
  expect(swaps).toBeGreaterThanOrEqual(2);
  expect(refused).toBeGreaterThan(0);
  expect(a.calls.length + b.calls.length).toBe(64);
  expect(wrongly).toEqual([]);
});

/** Writes for a while; its name is in every event. */
const writer =
  (name: string): Script =>
  async (call) => {
    beginStream(call);
    for (const piece of pieces(name)) {
      call.response.write(piece);
      await delay(3);
    }
    call.response.end(streamEnd);
  };

test('a model whose engine is another in gateway.yaml moves under load, and no byte of any answer is lost', async () => {
  await using a = await startUpstream(writer('a'));
  await using b = await startUpstream(writer('b'));
  const folder = await mkdtemp(join(tmpdir(), 'swap-'));
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify({ schemaVersion: 1, keys: [keyRecord()] }));
  const at = (upstream: typeof a): GatewayConfig =>
    configOf([{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 8 }], {
      ...{ keysFile, stateFolder: folder, listen: { host: '127.0.0.1', port: 0 } },
    });
  const gateway = await startGateway({
    ...{ config: at(a), system: realSystem(), version: '1.2.3', log: pino({ level: 'silent' }) },
    control: scriptedControl(new Map([['tiny', readyStatus('tiny')]])),
  });
  onTestFinished(async () => {
    await gateway.close(0);
    await rm(folder, { recursive: true, force: true });
  });
  let open = true;
  const whole = ['a', 'b'].map((name) => pieces(name).join('') + streamEnd);
  const client = async (): Promise<void> => {
    while (open) {
      const { head, body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
      expect(head).toMatch(/^HTTP\/1\.1 200 /);
      expect(whole).toContain(body.toString());
    }
  };
  const clients = Promise.all(Array.from({ length: 16 }, client));
  for (const upstream of [b, a, b, a, b]) {
    const seen = upstream.calls.length;
    await gateway.change(at(upstream));
    // Until this one is asked, and a little longer.
    await upstream.call(seen + 10);
  }
  open = false;
  await clients;
});
