import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Call, chatAnswer, inTurn, reset, startUpstream } from '../../fakes/upstream.ts';
import { chat, chatPath } from '../chats.ts';
import { startTestGateway, type TestGateway } from '../gateway.ts';

const statusOf = async (gateway: TestGateway): Promise<number> => (await gateway.post(chatPath, chat)).status;

/** Figures from 0 up to 1, evenly. */
const evenly = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at / count);

/** Leaves 500 connections idle for between `from` and `to` ms, each for another while, and then uses them again. */
const idleFor = async (from: number, to: number): Promise<void> => {
  const connections = 500;
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const first = evenly(connections).map(() => statusOf(gateway));
  await upstream.call(connections);
  expect(upstream.connections).toBe(connections);
  upstream.script = chatAnswer('x');
  for (const call of upstream.calls) chatAnswer('x')(call);
  expect(new Set(await Promise.all(first))).toEqual(new Set([200]));
  const asked = evenly(connections).map(async (place) => {
    await delay(from + (to - from) * place);
    return statusOf(gateway);
  });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  expect(upstream.calls).toHaveLength(2 * connections);
};

test('case 05: an idle connection that the engine closes is not met by a request', async () => {
  // Around the 4 s after which we let go of a connection, and the 5 s after which vLLM does.
  await Promise.all([idleFor(3500, 4500), idleFor(4500, 5500)]);
}, 60_000);

test('case 05: an engine that is quicker to close than we are is met, and asked again unnoticed', async () => {
  const keepAliveMs = 20;
  await using upstream = await startUpstream(chatAnswer('x'), { keepAliveMs });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const many = evenly(20).map(async (place) => {
    for (let round = 0; round < 25; round += 1) {
      const askedAt = performance.now();
      const status = await statusOf(gateway);
      // What took a machine that long to notice might have been worked on, and is not asked again.
      if (performance.now() - askedAt < 250) expect(status).toBe(200);
      await delay(keepAliveMs - 5 + 10 * place);
    }
  });
  await Promise.all(many);
});

test('case 05: an engine that closes an idle connection under a request is asked once more', async () => {
  await using upstream = await startUpstream(inTurn(reset, chatAnswer('second try')));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(chatPath, chat);
  expect(answer.json.choices[0].message.content).toBe('second try');
  expect(upstream.calls).toHaveLength(2);
});

test('case 05: we let go of idle connections before vLLM does', async () => {
  await using upstream = await startUpstream(chatAnswer('x'), { keepAliveMs: 60_000 });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await gateway.post(chatPath, chat);
  await gateway.post(chatPath, chat);
  expect(upstream.connections).toBe(1);
  // The fake would keep it for a minute: that it closes at all is our doing.
  await (await upstream.call(2)).closed;
});

/** Resets whatever comes on a connection that was used before, as if it had been closed meanwhile. */
const onlyFresh = () => {
  const used = new WeakSet<object>();
  return (call: Call): void | Promise<void> => {
    if (used.has(call.socket)) return reset(call);
    used.add(call.socket);
    return chatAnswer('x')(call);
  };
};

test('case 05: when all idle connections are gone at once, the second try does not take another of them', async () => {
  await using upstream = await startUpstream(() => {});
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const fresh = onlyFresh();
  upstream.script = () => {};
  const first = evenly(20).map(() => statusOf(gateway));
  await upstream.call(20);
  upstream.script = fresh;
  for (const call of upstream.calls) fresh(call);
  expect(new Set(await Promise.all(first))).toEqual(new Set([200]));
  const second = await Promise.all(evenly(20).map(() => statusOf(gateway)));
  expect(new Set(second)).toEqual(new Set([200]));
}, 20_000);
