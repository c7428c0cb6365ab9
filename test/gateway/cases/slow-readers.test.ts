import { expect, test } from 'vitest';
import { beginStream, type Script, startUpstream } from '../../fakes/upstream.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chatPath, plainChat, streamedChat } from '../chats.ts';
import { startTestGateway } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';

const MiB = 1024 * 1024;

/** Writes as fast as it may, and counts. */
const flood = (bytes: number): { readonly script: Script; readonly written: () => number } => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let written = 0;
  const script: Script = async (call) => {
    beginStream(call);
    while (!call.socket.destroyed && written < bytes) {
      written += piece.length;
      if (call.response.write(piece)) continue;
      await Promise.race([new Promise((resolve) => call.response.once('drain', resolve)), call.closed]);
    }
    call.response.end();
  };
  return { script, written: () => written };
};

test('case 20: 200 MB for a client that stops reading stay with the engine, and the client is let go after a while', async () => {
  const { script, written } = flood(200 * MiB);
  await using upstream = await startUpstream(script);
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { stalledReader: 300 } },
  });
  const before = process.memoryUsage.rss();
  const client = rawPost(gateway.port, chatPath, streamedChat, { reading: false });
  await (await upstream.call(1)).closed;
  // What socket buffers hold, not the answer.
  expect(written()).toBeLessThan(32 * MiB);
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MiB);
  expect(await gateway.logged(({ msg }) => msg === 'request')).toMatchObject({ error: 'CLIENT_STALLED' });
  client.leave();
});

test('case 20: a client that pauses for a while gets everything all the same', async () => {
  const total = 40 * MiB;
  const { script } = flood(total);
  await using upstream = await startUpstream(script);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, chatPath, streamedChat);
  let pauses = 0;
  client.socket.on('data', () => {
    if (pauses === 20) return;
    pauses += 1;
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 10);
  });
  expect(parseAnswer(await client.ended).body.length).toBe(total);
});

test('case 20: a client that reads slowly is not one that has stopped', async () => {
  const total = 8 * MiB;
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': String(total) });
    response.end(Buffer.alloc(total, 'y'));
  });
  const gateway = await startTestGateway({
    upstream: upstream.endpoint,
    options: { timeouts: { stalledReader: 1000 } },
  });
  const client = rawPost(gateway.port, chatPath, plainChat);
  let taken = 0;
  client.socket.on('data', (bytes) => {
    taken += bytes.length;
    // A MiB each 200 ms: in all longer than the limit, never as long at once.
    if (taken < MiB) return;
    taken = 0;
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 200);
  });
  expect(parseAnswer(await client.ended).body.length).toBe(total);
});
