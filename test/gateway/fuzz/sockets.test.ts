import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { chatAnswer, type FakeUpstream, startUpstream } from '../../fakes/upstream.ts';
import { chunk, cutAt, lastChunk, type Piece, streamHead, wire } from '../../fakes/wire.ts';
import { parseAnswer } from '../../support/parse-answer.ts';
import { chat, chatPath, streamedChat } from '../chats.ts';
import { startTestGateway, type TestGateway, testKey } from '../gateway.ts';
import { rawPost } from '../raw-client.ts';
import { runs } from './runs.ts';

/** Rejections and exceptions that nobody caught would have ended the gateway. */
const watchStrays = (): readonly unknown[] => {
  const strays: unknown[] = [];
  const stray = (reason: unknown): void => void strays.push(reason);
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  onTestFinished(() => {
    process.off('unhandledRejection', stray);
    process.off('uncaughtException', stray);
  });
  return strays;
};

/** Afterwards it serves as before, and nothing was a fault of ours. */
const checkSound = async (gateway: TestGateway, upstream: FakeUpstream, strays: readonly unknown[]) => {
  upstream.script = chatAnswer('sound');
  await expect.poll(async () => (await gateway.post(chatPath, chat)).status, { timeout: 40_000 }).toBe(200);
  expect(strays).toEqual([]);
  expect(gateway.log.filter(({ msg, error }) => msg !== 'request' || error === 'BUG')).toEqual([]);
  expect((await gateway.get('/api/status')).json.queues.tiny).toMatchObject({ running: 0, waiting: 0 });
};

test('case 15: whatever an engine writes in whatever pieces, it arrives unchanged', async () => {
  const strays = watchStrays();
  let pieces: readonly Piece[] = [];
  await using upstream = await startUpstream((call) => wire(pieces)(call));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const part = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'data: ',
        '\n',
        '\r',
        '\r\n\r\n',
        ': c',
        '日',
        '[DONE]',
        'event: x',
        '\ufeff',
        '0\r\n\r\n',
      )
      .map((text) => Buffer.from(text)),
  );
  const places = fc.array(fc.nat(), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), places, async (parts, cuts) => {
      // Chunks where the parts are, writes somewhere else.
      const whole = Buffer.concat([Buffer.from(streamHead), ...parts.map(chunk), Buffer.from(lastChunk)]);
      const sorted = cuts.map((place) => place % whole.length).sort((a, b) => a - b);
      pieces = cutAt(whole, ...sorted);
      const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
      expect(body.equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: runs.framings },
  );
  await checkSound(gateway, upstream, strays);
}, 120_000);

/** The data of a stream's events, as a client reads them. */
const eventsIn = (text: string): readonly string[] => {
  const events: string[] = [];
  createParser({ onEvent: ({ data }) => events.push(data) }).feed(text);
  return events;
};

test('case 07: wherever an engine falls silent, comments stand between its events and change nothing', async () => {
  let pieces: readonly Piece[] = [];
  await using upstream = await startUpstream((call) => wire(pieces)(call));
  const config = { streams: { keepalive: 0.003 } };
  const gateway = await startTestGateway({ upstream: upstream.endpoint, config });
  const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('日本', ': keep', '\n\n'));
  const end = fc.constantFrom('\n', '\r\n', '\r');
  let comments = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      end,
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      async (texts, line, cuts) => {
        const stream = texts.map((one) => `data: ${JSON.stringify(one)}${line}${line}`).join('');
        const whole = Buffer.from(stream);
        const sorted = cuts.map((place) => place % (whole.length + 1)).sort((a, b) => a - b);
        const parts = cutAt(whole, ...sorted).flatMap((part): Piece[] => [8, chunk(part)]);
        pieces = [streamHead, ...parts, lastChunk];
        const { body } = parseAnswer(await rawPost(gateway.port, chatPath, streamedChat).ended);
        const received = body.toString();
        comments += received.split(': keepalive\n\n').length - 1;
        expect(received.replaceAll(': keepalive\n\n', '')).toBe(stream);
        expect(eventsIn(received)).toEqual(eventsIn(stream));
      },
    ),
    { numRuns: runs.pauses },
  );
  expect(comments).toBeGreaterThan(0);
}, 120_000);

const field = fc.oneof(
  fc.constantFrom(
    ...['content-length: 5', 'content-length: 0', 'content-length: -1', 'transfer-encoding: chunked'],
    ...['transfer-encoding: gzip', 'connection: close', 'connection: x-a', 'content-type: text/event-stream'],
    ...['retry-after: 0', 'retry-after: x', 'retry-after: Wed, 21 Oct 2099 07:28:00 GMT', 'x-note: 日本 é'],
    ...['set-cookie: a', 'set-cookie: b', 'trailer: x', 'upgrade: websocket', ': none', 'a b: c', ' folded'],
  ),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => `x-b: ${Buffer.from(bytes).toString('latin1')}`),
);

const statusLine = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...[200, 204, 206, 302, 304, 400, 404, 418, 500, 502, 599, 999].map(String)),
  },
  { weight: 1, arbitrary: fc.constantFrom('000', '099', '101', '102', '1000', '-1', 'abc', '200 ', '') },
);

const answerBytes = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(statusLine, fc.array(field, { maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 12 }))
      .map(([status, fields, body]) =>
        Buffer.from(
          `HTTP/1.1 ${status} X\r\n${fields.map((one) => `${one}\r\n`).join('')}\r\n${body}`,
          'latin1',
        ),
      ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
);

test('whatever an engine answers, its client gets HTTP and the gateway lives on', async () => {
  const strays = watchStrays();
  const good = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  let bytes = good;
  await using upstream = await startUpstream((call) => wire([bytes], 'closed')(call));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await fc.assert(
    fc.asyncProperty(answerBytes, async (given) => {
      bytes = given;
      const received = (await rawPost(gateway.port, chatPath, streamedChat).ended).toString('latin1');
      expect(received).toMatch(/^HTTP\/1\.1 [2-9]\d\d /);
      // Five faults in a row and the engine would be left alone.
      bytes = good;
      if (/^HTTP\/1\.1 50[24] /.test(received)) await gateway.post(chatPath, chat);
    }),
    { numRuns: runs.answers },
  );
  expect(upstream.calls.length).toBeGreaterThanOrEqual(runs.answers);
  await checkSound(gateway, upstream, strays);
}, 120_000);

const clientField = fc.oneof(
  fc.constantFrom(
    ...[
      'content-length: 5',
      'content-length: 5, 5',
      'content-length: 99999999999',
      'transfer-encoding: chunked',
    ],
    ...[
      'expect: 100-continue',
      'expect: x',
      'connection: close',
      'connection: upgrade',
      'upgrade: websocket',
    ],
    ...['content-type: application/json', 'content-type: multipart/form-data', 'content-encoding: gzip'],
    ...['host: 127.0.0.1', 'host: evil.example', 'host:', 'origin: null', 'origin: http://localhost'],
    ...['x-localai-priority: batch', 'x-localai-priority: x', 'x-request-id: a b', 'x-request-timeout: 1e9'],
    ...['x-request-timeout: -1', 'x-request-timeout: nan', 'x-forwarded-for: ,,', 'cookie: a=b', ' folded'],
    ...[
      `authorization: Bearer ${testKey}`,
      'authorization: Bearer x',
      'x-api-key:',
      'accept: text/event-stream',
    ],
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => `x-b: ${Buffer.from(bytes).toString('latin1')}`),
);

const requestLine = fc
  .tuple(
    fc.constantFrom('POST', 'POST', 'POST', 'GET', 'OPTIONS', 'PUT', 'HEAD', 'BREW', 'CONNECT'),
    fc.oneof(
      fc.constantFrom(
        chatPath,
        '/v1/models',
        '/v1/models/%zz',
        '//',
        '/?',
        '*',
        'http://x/v1/models',
        '/v1/v1/v1',
      ),
      fc.webPath(),
    ),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9'),
  )
  .map((parts) => parts.join(' '));

const requestBody = fc.oneof(
  fc.constantFrom('', streamedChat, '{"model":', 'null', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('whatever a client sends, it gets HTTP or a closed connection and the gateway lives on', async () => {
  const strays = watchStrays();
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  await fc.assert(
    fc.asyncProperty(
      requestLine,
      fc.array(clientField, { maxLength: 5 }),
      requestBody,
      async (line, fields, body) => {
        const length = fields.some((one) => /^(?:content-length|transfer-encoding)/.test(one))
          ? ''
          : `content-length: ${Buffer.byteLength(body)}\r\n`;
        const head = `${line}\r\n${fields.map((one) => `${one}\r\n`).join('')}${length}\r\n`;
        const socket = connect(gateway.port, '127.0.0.1');
        socket.on('error', () => {});
        // Half closed: whatever the head promised, no more comes.
        socket.end(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]));
        const received = (await buffer(socket).catch(() => Buffer.alloc(0))).toString('latin1');
        expect(received).toMatch(/^(?:HTTP\/1\.1 [1-9]\d\d |$)/);
        expect(received).not.toContain('"code":"bug"');
      },
    ),
    { numRuns: runs.requests },
  );
  await checkSound(gateway, upstream, strays);
}, 120_000);
