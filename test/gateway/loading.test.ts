import { expect, test } from 'vitest';
import type { ModelControl, ModelEvent, ModelStatus } from '../../src/api/models.ts';
import { chatAnswer, startUpstream } from '../fakes/upstream.ts';
import { chat, chatPath, plainChat } from './chats.ts';
import { readyStatus, scriptedControl, startTestGateway, waitingFor } from './gateway.ts';
import { rawPost } from './raw-client.ts';

/** A control that tells of every change, as the supervisor does. */
const tellingControl = (): { control: ModelControl; tell: (status: ModelStatus) => void } => {
  const states = new Map<string, ModelStatus>();
  let send: (model: ModelStatus) => void = () => {};
  const events = new ReadableStream<ModelEvent>({
    start: (controller) => {
      send = (model) => controller.enqueue({ type: 'model', model });
    },
  });
  return {
    control: { ...scriptedControl(states), events: () => events },
    tell: (status) => {
      states.set(status.id, status);
      send(status);
    },
  };
};

const waits = { queue: { waiting: 2, waitingMiB: 1, seconds: 60, whileLoading: true } };
const loading = readyStatus('tiny', { state: 'loading', phase: 'loading the model (42 %)' });

test('a request waits for a model that loads, and goes on when it is up', async () => {
  await using upstream = await startUpstream(chatAnswer('up'));
  const { control, tell } = tellingControl();
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    config: waits,
    options: { control },
  });
  tell(loading);
  const answer = gateway.post(chatPath, chat);
  await waitingFor(gateway, 1);
  tell(readyStatus('tiny'));
  expect((await answer).json.choices[0].message.content).toBe('up');
  expect((await answer).headers['x-localai-queue-position']).toBe('1');
});

test('it hears why when the model will not come', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { control, tell } = tellingControl();
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    config: waits,
    options: { control },
  });
  tell(loading);
  const answers = [gateway.post(chatPath, chat), gateway.post(chatPath, chat)];
  await waitingFor(gateway, 2);
  const fault = { code: 'ENGINE_LOAD', message: 'the file is damaged', hint: 'Fetch it again.' };
  tell(readyStatus('tiny', { state: 'error', fault }));
  for (const { status, json } of await Promise.all(answers)) {
    expect(status).toBe(503);
    expect(json.error.message).toContain('the file is damaged Fetch it again.');
  }
  expect((await gateway.post(chatPath, chat)).status).toBe(503);
  expect(upstream.calls).toHaveLength(0);
});

test('the line is as long as before any model, and a client that leaves is out of it', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const { control, tell } = tellingControl();
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    config: waits,
    options: { control },
  });
  tell(loading);
  const clients = [1, 2].map(() => rawPost(gateway.port, chatPath, plainChat));
  await waitingFor(gateway, 2);
  const full = await gateway.post(chatPath, chat);
  expect(full.status).toBe(429);
  expect(full.json.error.details).toMatchObject({ status: 'loading', waiting: 2, position: 3 });
  for (const client of clients) client.leave();
  await waitingFor(gateway, 0);
  tell(readyStatus('tiny'));
  expect((await gateway.post(chatPath, chat)).status).toBe(200);
  expect(upstream.calls).toHaveLength(1);
});

test('who waited too long for it is told that it still loads', async () => {
  const { control, tell } = tellingControl();
  const gateway = await startTestGateway({
    config: { queue: { ...waits.queue, seconds: 0.05 } },
    options: { control },
  });
  tell(loading);
  const answer = await gateway.post(chatPath, chat);
  expect(answer.status).toBe(503);
  expect(answer.json.error).toMatchObject({
    code: 'model_loading',
    details: { status: 'loading', position: 1, waiting: 1 },
  });
  expect(answer.json.error.message).toMatch(/42 %.*waited for 0.05 s/);
});

test('those in line stay there while an engine that crashed is started again', async () => {
  await using upstream = await startUpstream(() => {});
  const { control, tell } = tellingControl();
  const gateway = await startTestGateway({
    models: [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 1 }],
    options: { control },
  });
  tell(readyStatus('tiny'));
  const first = gateway.post(chatPath, chat);
  const running = await upstream.call(1);
  const second = gateway.post(chatPath, chat);
  await waitingFor(gateway, 1);
  tell(loading);
  running.response.writeHead(200, { 'content-length': '50' }).flushHeaders();
  running.socket.end();
  expect((await first).status).toBe(502);
  expect((await gateway.get('/api/status')).json.queues.tiny).toEqual({ running: 0, waiting: 1 });
  upstream.script = chatAnswer('again');
  tell(readyStatus('tiny'));
  expect((await second).json.choices[0].message.content).toBe('again');
});

test('unless told to wait, a 503 says how the model is and when to ask again', async () => {
  const gateway = await startTestGateway({});
  gateway.states.set('tiny', loading);
  const answer = await gateway.post(chatPath, chat);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.json.error.details).toMatchObject({
    ...{ model: 'tiny', status: 'loading', running: 0, waiting: 0 },
    advice: expect.stringMatching(/^Try again in \d+ s/),
  });
});
