import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginStream, startUpstream } from '../fakes/upstream.ts';
import { parseAnswer } from '../support/parse-answer.ts';
import { startTestGateway } from './gateway.ts';
import { rawPost } from './raw-client.ts';

const path = '/v1/chat/completions';
const streaming = JSON.stringify({ model: 'tiny', messages: [], stream: true });

/** Pieces go out as writes of their own, one after the other has left. */
const writeAll = async (
  pieces: readonly Uint8Array[],
  write: (piece: Uint8Array, done: () => void) => void,
) => {
  for (const piece of pieces) {
    await new Promise<void>((resolve) => write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test('whatever bytes come in whatever pieces, they arrive unchanged', async () => {
  let pieces: readonly Uint8Array[] = [];
  await using upstream = await startUpstream(async (call) => {
    beginStream(call);
    await writeAll(pieces, (piece, done) => call.response.write(piece, () => done()));
    call.response.end();
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const piece = fc.uint8Array({ minLength: 1, maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (given) => {
      pieces = given;
      const { body } = parseAnswer(await rawPost(gateway.port, path, streaming).ended);
      expect(body.equals(Buffer.concat(given))).toBe(true);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test.each([1, 1000, 100_000, 20_000_000])('an answer of %i bytes arrives whole', async (length) => {
  const bytes = Buffer.alloc(length, 'abc日');
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(length) });
    response.end(bytes);
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const { body } = parseAnswer(await rawPost(gateway.port, path, streaming).ended);
  expect(body.equals(bytes)).toBe(true);
});

test('a body of 30 MiB reaches the engine whole', async () => {
  await using upstream = await startUpstream(({ body, response }) => {
    response.end(String(body.length));
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const sent = JSON.stringify({ model: 'tiny', image: 'x'.repeat(30 * 1024 * 1024) });
  const answer = await gateway.post(path, sent);
  expect(answer.text).toBe(String(sent.length));
});

test('an empty answer stays one', async () => {
  await using upstream = await startUpstream(({ response }) => {
    response.writeHead(200, { 'content-length': '0' });
    response.end();
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const answer = await gateway.post(path, streaming);
  expect([answer.status, answer.text]).toEqual([200, '']);
});

test('an engine may listen on a Unix socket', async () => {
  const socket = join(await mkdtemp(join(tmpdir(), 'gateway-')), 'engine.sock');
  await using upstream = await startUpstream(({ response }) => void response.end('{"over":"socket"}'), {
    socket,
  });
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  expect((await gateway.post(path, streaming)).json).toEqual({ over: 'socket' });
});

test('an engine below a path, given with /v1 or without, is found', async () => {
  await using upstream = await startUpstream(
    ({ response, path: seen }) => void response.end(JSON.stringify({ seen })),
  );
  const base = 'url' in upstream.endpoint ? upstream.endpoint.url : '';
  for (const url of [`${base}/proxy`, `${base}/proxy/v1/`]) {
    const gateway = await startTestGateway({ upstream: { url } });
    expect((await gateway.post(path, streaming)).json.seen).toBe('/proxy/v1/chat/completions');
  }
});
