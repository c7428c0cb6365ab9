import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelStatus } from '../../src/api/models.ts';
import { chatAnswer, chatStream, startUpstream } from '../fakes/upstream.ts';
import { takeTurns } from '../support/taking-turns.ts';
import { chat, chatPath, streamedChat } from './chats.ts';
import { readyStatus, scriptedControl, startTestGateway, waitingFor } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const program = join(import.meta.dirname, '../fakes/engine.mjs');

test('two clients and two models, of which one fits: no request is lost, and each model stays its time', async () => {
  const argv = (socket: string) => [process.execPath, program, socket, 'ready'];
  const residenceSeconds = 1.5;
  const report = await takeTurns({
    models: [
      { id: 'a', argv },
      { id: 'b', argv },
    ],
    ...{ engine: 'llamacpp', residenceSeconds, seconds: 8, body: { messages: [] } },
  });
  expect(report.lost).toEqual([]);
  expect(report.together).toBe(0);
  expect(report.swaps).toBeGreaterThanOrEqual(3);
  expect(report.answered['a']).toBeGreaterThan(0);
  expect(report.answered['b']).toBeGreaterThan(0);
  for (const gap of report.gaps) expect(gap).toBeGreaterThanOrEqual(residenceSeconds);
  expect(report.positions.length).toBeGreaterThan(1);
  expect(report.positions.every((position) => position === 1)).toBe(true);
  expect(report.etas.length).toBeGreaterThan(0);
});

const turns = { group: 'memory', pinned: false, residenceSeconds: 30 };

/** A model that is up when a test says so, before an engine that answers. */
const asleep = async (streams: object = {}) => {
  const upstream = await startUpstream((call) =>
    (call.body.includes('"stream"') ? chatStream('hi') : chatAnswer('hi'))(call),
  );
  const states = new Map<string, ModelStatus>();
  let send: (status: ModelStatus) => void = () => {};
  const events = new ReadableStream<{ type: 'model'; model: ModelStatus }>({
    start: (controller) => {
      send = (model) => controller.enqueue({ type: 'model', model });
    },
  });
  const tell = (change: Partial<ModelStatus>): void => {
    const status = readyStatus('tiny', change);
    states.set('tiny', status);
    send(status);
  };
  const wanted: string[] = [];
  const control = scriptedControl(states, (id) => {
    wanted.push(id);
    tell({ state: 'loading', phase: 'waits for other to make room', readyIn: 40 });
  });
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, turns }],
    config: { streams: { keepalive: 0.02, ...streams } },
    options: { control: { ...control, events: () => events } },
  });
  tell({ state: 'stopped' });
  return { gateway, tell, wanted, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
};

test('a request for a model that is not loaded asks for it, and waits with its place and the time', async () => {
  await using scene = await asleep();
  const answer = scene.gateway.post(chatPath, chat);
  await waitingFor(scene.gateway, 1);
  expect(scene.wanted).toEqual(['tiny']);
  scene.tell({ state: 'ready' });
  const { status, headers } = await answer;
  expect([status, headers['x-localai-queue-position'], headers['x-localai-queue-eta']]).toEqual([
    200,
    '1',
    '40',
  ]);
});

test('a stream that waits says so in comments', async () => {
  await using scene = await asleep({ headAfter: 0.02 });
  const client = rawPost(scene.gateway.port, chatPath, streamedChat);
  await client.until(': queued 1, about 40 s\n');
  scene.tell({ state: 'ready' });
  expect((await client.ended).toString()).toContain('[DONE]');
});

test('a model that had to make room while somebody waited for it is asked for again', async () => {
  await using scene = await asleep();
  const answer = scene.gateway.post(chatPath, chat);
  await waitingFor(scene.gateway, 1);
  scene.tell({ state: 'sleeping' });
  await expect.poll(() => scene.wanted.length, { interval: 5 }).toBeGreaterThan(1);
  scene.tell({ state: 'ready' });
  expect((await answer).status).toBe(200);
});

test('what is not a request to the model does not wait: 503, and when to come again', async () => {
  await using scene = await asleep();
  const { status, headers } = await scene.gateway.post('/tokenize', { prompt: 'a' });
  expect([status, headers['retry-after']]).toEqual([503, '40']);
});
