import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { defaultLimits, type GatewayLimits } from '../../src/api/gateway-config.ts';
import { chatAnswer, type FakeUpstream, json, startUpstream } from '../fakes/upstream.ts';
import { startTestGateway, testKey } from './gateway.ts';

const path = '/v1/chat/completions';
const hello = [{ role: 'user', content: 'hi' }];

const start = (limits: Partial<GatewayLimits>, upstream?: FakeUpstream) =>
  startTestGateway({
    config: { limits: { ...defaultLimits, ...limits } },
    ...(upstream ? { upstream: upstream.endpoint } : {}),
  });

test.each([
  ['messages', { messages: 'hi' }, 'must be a list'],
  ['messages', { messages: null }, 'must be a list'],
  ['messages', { messages: [...hello, ...hello, ...hello] }, 'has 3 messages; at most 2'],
  ['messages[1].content', { messages: [...hello, { content: 'x'.repeat(11) }] }, 'has 11 characters'],
  [
    'messages[0].content',
    {
      messages: [{ content: [{ type: 'text', text: '123456' }, { text: '123456' }, { type: 'image_url' }] }],
    },
    'has 12 characters; at most 10',
  ],
  ['prompt', { prompt: 'x'.repeat(11) }, 'has 11 characters'],
  ['prompt', { prompt: ['short', 'x'.repeat(11)] }, 'has 11 characters'],
  ['n', { n: 5 }, 'at most 4'],
  ['n', { n: '2' }, 'must be a whole number'],
  ['best_of', { best_of: 5 }, 'at most 4'],
  ['max_tokens', { max_tokens: '100' }, 'must be a whole number'],
  ['max_tokens', { max_tokens: 1.5 }, 'must be a whole number'],
  ['max_completion_tokens', { max_completion_tokens: true }, 'must be a whole number'],
  ['model', { model: {} }, 'must be a string'],
  ['stream', { stream: 1 }, 'must be true or false'],
])('a wrong `%s` is a 400 that names it: %j', async (param, body, problem) => {
  const gateway = await start({ messages: 2, messageChars: 10, n: 4 });
  const answer = await gateway.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject({ param, type: 'invalid_request_error' });
  expect(answer.json.error.message).toContain(problem);
});

test.each([
  { messages: hello, n: null, max_tokens: null, stream: null, max_completion_tokens: null },
  { messages: [null, 'x', { content: null }, { content: [null, { text: 3 }] }], n: 2 },
  { prompt: [1, 2, 3], max_tokens: 3e9 },
  { input: 'x' },
])('what has no limit is left to the engine: %j', async (body) => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await start({ messageChars: 10 }, upstream);
  const answer = await gateway.post(path, { model: 'tiny', ...body });
  expect(answer.json).toEqual({ ok: 1 });
  expect(answer.headers['x-localai-clamped']).toBeUndefined();
  expect(JSON.parse((await upstream.call(1)).body.toString())).toEqual({ model: 'tiny', ...body });
});

test.each([
  [
    '{"model":"tiny","max_tokens":500, "n":1.0}',
    '{"model":"tiny","max_tokens":100, "n":1.0}',
    'max_tokens=100',
  ],
  [
    '{"model":"tiny","max_completion_tokens":101}',
    '{"model":"tiny","max_completion_tokens":100}',
    'max_completion_tokens=100',
  ],
  ['{"model":"tiny", "top_k":1}', '{"max_tokens":100,"model":"tiny", "top_k":1}', 'max_tokens=100'],
  ['{"model":"tiny","max_tokens":null}', '{"model":"tiny","max_tokens":100}', 'max_tokens=100'],
  ['{"model":"tiny","max_tokens":100}', '{"model":"tiny","max_tokens":100}', undefined],
  ['{"model":"tiny","max_completion_tokens":5}', '{"model":"tiny","max_completion_tokens":5}', undefined],
])('an answer is no longer than the limit: %s', async (given, sent, said) => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await start({ maxTokens: 100 }, upstream);
  const answer = await gateway.post(path, given);
  expect(answer.headers['x-localai-clamped']).toBe(said);
  expect((await upstream.call(1)).body.toString()).toBe(sent);
});

test('a plain completion that does not say takes few tokens anyway, and nothing is added to other requests', async () => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await start({ maxTokens: 100 }, upstream);
  for (const route of ['/v1/completions', '/v1/embeddings', '/tokenize']) {
    const answer = await gateway.post(route, { model: 'tiny' });
    expect(answer.headers['x-localai-clamped']).toBeUndefined();
  }
  const long = await gateway.post('/v1/completions', { model: 'tiny', max_tokens: 101 });
  expect(long.headers['x-localai-clamped']).toBe('max_tokens=100');
});

test('keys that mean something to JavaScript, and keys given twice, do no harm', async () => {
  await using upstream = await startUpstream(json({ ok: 1 }));
  const gateway = await start({ maxTokens: 100 }, upstream);
  const body =
    '{"__proto__":{"model":"x","max_tokens":1,"stream":3},"constructor":1,"toString":2,"max_tokens":9,"max_tokens":500}';
  expect((await gateway.post(path, body)).status).toBe(200);
  const sent = (await upstream.call(1)).body.toString();
  expect(sent).toBe(
    '{"model":"tiny","__proto__":{"model":"x","max_tokens":1,"stream":3},"constructor":1,"toString":2,"max_tokens":100,"max_tokens":100}',
  );
});

test('a body that is too large is told the limit and the setting', async () => {
  const gateway = await start({ bodyMiB: 2 });
  const answer = await gateway.post(path, { pad: 'x'.repeat(2 * 1024 * 1024) });
  expect(answer.status).toBe(413);
  expect(answer.json.error.message).toContain('larger than the 2 MiB');
  expect(answer.json.error.message).toContain('localai config set limits.bodyMiB');
});

/** Sends until the connection is closed; tells what was answered and how much was taken, MiB. */
const flood = (port: number, head: string, piece: Buffer): Promise<{ answer: string; mebibytes: number }> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ answer, mebibytes: socket.bytesWritten / 1024 / 1024 }));
    const send = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', send);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${head}\r\n\r\n`);
    send();
  });

const mebibyte = Buffer.alloc(1024 * 1024, 'x');
const chunk = Buffer.concat([Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')]);
const key = `authorization: Bearer ${testKey}\r\n`;

test.each([
  ['announced', `${key}content-length: 10000000000`, mebibyte, '413'],
  ['unannounced', `${key}transfer-encoding: chunked`, chunk, '413'],
  ['without a key', 'content-length: 10000000000', mebibyte, '401'],
])(
  'ten gigabytes, %s, are not read',
  async (_how, head, piece, status) => {
    const gateway = await start({ bodyMiB: 1 });
    const { answer, mebibytes } = await flood(gateway.port, head, piece);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(mebibytes).toBeLessThan(2000);
  },
  20_000,
);

test('whoever sends all before reading still gets the answer, and may go on', async () => {
  const gateway = await start({ bodyMiB: 1 });
  const large = `${key}content-length: ${mebibyte.length * 8}\r\n\r\n`;
  const socket = connect(gateway.port, '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${large}`);
  for (let each = 0; each < 8; each++) socket.write(mebibyte);
  socket.end('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  const answers = await text(socket);
  expect(answers).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 OK[\s\S]*healthy/);
});

test('a client that asks first is told before it sends', async () => {
  await using upstream = await startUpstream(chatAnswer('x'));
  const gateway = await start({ bodyMiB: 1 }, upstream);
  const ask = (length: number): string =>
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${key}expect: 100-continue\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`;
  const refused = connect(gateway.port, '127.0.0.1');
  refused.write(ask(2 * 1024 * 1024));
  expect(await text(refused)).toMatch(/^HTTP\/1.1 413 /);
  const taken = connect(gateway.port, '127.0.0.1');
  const body = '{"model":"tiny"}';
  taken.write(ask(body.length));
  taken.once('data', (first: Buffer) => {
    expect(first.toString()).toMatch(/^HTTP\/1.1 100 Continue/);
    taken.write(body);
  });
  expect(await text(taken)).toContain('HTTP/1.1 200 OK');
});
