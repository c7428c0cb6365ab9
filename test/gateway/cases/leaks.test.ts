import { expect, test } from 'vitest';
import {
  beginStream,
  chatAnswer,
  chatEvent,
  json,
  reset,
  type Script,
  silent,
  startUpstream,
} from '../../fakes/upstream.ts';
import { wire } from '../../fakes/wire.ts';
import { until } from '../../support/until.ts';
import { chat, chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

const headOnly: Script = (call) => {
  beginStream(call);
  call.response.flushHeaders();
};

const oneEvent: Script = (call) => {
  beginStream(call);
  call.response.write(chatEvent('one'));
};

/** How many sockets and timers keep this process alive. */
const held = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout').length;

const clientsAtOnce = 500;
const places = 400;

test('case 04: ten thousand clients that leave, waiting, reading or unanswered, leave nothing behind', async () => {
  const scripts = [silent, headOnly, oneEvent];
  await using upstream = await startUpstream((call) => scripts[upstream.calls.length % 3]?.(call));
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: places }];
  const gateway = await startTestGateway({ models });
  // The connection of our own questions stays open in between.
  const queues = async () => (await gateway.get('/api/status')).json.queues.tiny;
  const idle = await queues();
  const before = held();
  const logged = gateway.log.length;
  let gone = 0;
  while (gone < 10_000) {
    const clients = Array.from({ length: clientsAtOnce }, (_, index) =>
      rawPost(gateway.port, chatPath, index % 2 === 0 ? streamedChat : plainChat),
    );
    await upstream.call(upstream.calls.length + places);
    for (const client of clients) client.leave();
    gone += clientsAtOnce;
    await until(() => upstream.connections === 0 && gateway.log.length === logged + gone);
  }
  expect(gateway.log.filter(({ status }) => status === 499)).toHaveLength(gone);
  expect(gateway.log.filter(({ queuedMs }) => queuedMs !== undefined).length).toBeGreaterThan(0);
  expect(await queues()).toEqual(idle);
  await until(() => held() <= before);
  upstream.script = chatAnswer('still here');
  expect((await gateway.post(chatPath, chat)).json.choices[0].message.content).toBe('still here');
}, 120_000);

test('case 04: whatever way requests end, the place is free again', async () => {
  const ends: readonly Script[] = [
    chatAnswer('x'),
    json({ error: {} }, 400),
    reset,
    wire(['nonsense\r\n\r\n'], 'closed'),
    wire(['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'], 'reset'),
    silent,
  ];
  await using upstream = await startUpstream((call) => ends[upstream.calls.length % ends.length]?.(call));
  const models = [{ id: 'tiny', upstream: upstream.endpoint, maxRunning: 2 }];
  const gateway = await startTestGateway({ models, options: { timeouts: { firstByte: 50 } } });
  await Promise.all(Array.from({ length: 24 }, () => rawPost(gateway.port, chatPath, plainChat).ended));
  upstream.script = chatAnswer('free');
  await expect.poll(async () => (await gateway.post(chatPath, chat)).status, { timeout: 30_000 }).toBe(200);
  expect((await gateway.get('/api/status')).json.queues.tiny).toEqual({ running: 0, waiting: 0 });
});
