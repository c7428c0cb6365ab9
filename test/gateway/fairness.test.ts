import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hashKey } from '../../src/config/keys.ts';
import { type FakeUpstream, type Script, startUpstream } from '../fakes/upstream.ts';
import { chatPath } from './chats.ts';
import { keyRecord, startTestGateway, type TestGateway, waitingFor } from './gateway.ts';

/** ms that a request takes at the engine, on average. Long beside what a busy machine adds. */
const service = 160;

/** Requests that the model takes at once. */
const places = 4;

/** From 0 up to 1, the same each time: engines do not end their answers in step. */
const spread = (step: number): number => (step * 0.618) % 1;

/** An engine, and how long it took for each request, by `user`. */
const timed = () => {
  const took: number[] = [];
  const seen: string[] = [];
  const script: Script = async ({ body, response }) => {
    const begun = performance.now();
    seen.push(JSON.parse(body.toString()).user);
    await delay(service * (0.75 + 0.5 * spread(seen.length)));
    response.end('{}');
    took.push(performance.now() - begun);
  };
  return { script, seen, average: () => took.reduce((sum, one) => sum + one, 0) / took.length };
};

type Send = (user: string, path?: string, priority?: string) => Promise<number>;

const begin = async (upstream: FakeUpstream, users: readonly string[]): Promise<[TestGateway, Send]> => {
  const keys = users.map((id) => keyRecord({ id, name: id, sha256: hashKey(`lai-${id}`) }));
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: places }];
  const gateway = await startTestGateway({ models, keys: [keyRecord(), ...keys] });
  /** Sends a request; ms that it waited for its turn. */
  const send: Send = async (user, path = chatPath, priority) => {
    const headers = { authorization: `Bearer lai-${user}` };
    const asked = priority === undefined ? headers : { ...headers, 'x-localai-priority': priority };
    const answer = await gateway.post(path, { model: 'tiny', user }, asked);
    expect(answer.status).toBe(200);
    return Number(answer.headers['x-localai-queue-ms'] ?? 0);
  };
  return [gateway, send];
};

/** Keeps so many requests in flight until it is told to stop. */
const keepSending = (count: number, ask: () => Promise<unknown>): (() => Promise<unknown>) => {
  let stopped = false;
  const worker = async (): Promise<void> => {
    while (!stopped) await ask();
  };
  const workers = Promise.all(Array.from({ length: count }, worker));
  return () => {
    stopped = true;
    return workers;
  };
};

/** One after the other, each a different while after the last one was answered. */
const singles = async (count: number, ask: () => Promise<number>): Promise<readonly number[]> => {
  const waits: number[] = [];
  for (let at = 0; at < count; at += 1) {
    await delay(spread(at) * 30);
    waits.push(await ask());
  }
  return waits;
};

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;

test('beside a key with 30 requests in flight, another one waits at most 1.5 service times', async () => {
  const { script, average } = timed();
  await using upstream = await startUpstream(script);
  const [gateway, send] = await begin(upstream, ['a', 'b']);
  const stop = keepSending(30, () => send('a'));
  await waitingFor(gateway, 30 - places);
  const waits = await singles(24, () => send('b'));
  expect(p95(waits)).toBeLessThanOrEqual(1.5 * average());
  await stop();
});

test('under chat load who types waits at most one service time, and batches get their twentieth', async () => {
  const { script, seen, average } = timed();
  await using upstream = await startUpstream(script);
  const chatters = ['c1', 'c2', 'c3', 'c4', 'c5'];
  const [gateway, send] = await begin(upstream, [...chatters, 'night', 'typing']);
  const stops = [
    keepSending(20, () => send('night', chatPath, 'batch')),
    ...chatters.map((user) => keepSending(4, () => send(user))),
  ];
  await waitingFor(gateway, 40 - places);
  const before = seen.length;
  const waits = await singles(24, () => send('typing', '/v1/completions'));
  const started = seen.slice(before);
  expect(p95(waits)).toBeLessThanOrEqual(average());
  const nightly = started.filter((user) => user === 'night').length;
  expect(nightly).toBeGreaterThanOrEqual(Math.floor(started.length / 20));
  expect(nightly).toBeLessThanOrEqual(started.length / 5);
  await Promise.all(stops.map((stop) => stop()));
});
