import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { beginStream, chatAnswer, chatEvent, type Script, startUpstream } from '../fakes/upstream.ts';
import { startTestGateway } from './gateway.ts';
import { rawPost, requestBytes } from './raw-client.ts';

const path = '/v1/chat/completions';
const unary = JSON.stringify({ model: 'tiny', messages: [] });
const streaming = JSON.stringify({ model: 'tiny', messages: [], stream: true });

const silent: Script = () => {};

const headOnly: Script = (call) => {
  beginStream(call);
  call.response.flushHeaders();
};

const oneEvent: Script = (call) => {
  beginStream(call);
  call.response.write(chatEvent('one'));
};

test.each([
  ['case 1: before the first byte of a stream', silent, streaming, ''],
  ['case 1: after the head of a stream', headOnly, streaming, '\r\n\r\n'],
  ['case 2: within a stream', oneEvent, streaming, 'one'],
  ['case 3: in a plain call', silent, unary, ''],
])('%s a client that leaves takes the engine with it', async (_when, script, body, seen) => {
  await using upstream = await startUpstream(script);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, body);
  const call = await upstream.call(1);
  if (seen) await client.until(seen);
  client.leave();
  await call.closed;
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ status: 499, model: 'tiny' });
  expect(line).not.toHaveProperty('error');
});

test('a client that leaves while the engine is still being reached is forgotten', async () => {
  await using upstream = await startUpstream(silent);
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const client = rawPost(gateway.port, path, unary);
  await new Promise((resolve) => client.socket.once('connect', resolve));
  client.socket.end();
  client.leave();
  const other = rawPost(gateway.port, path, unary);
  await upstream.call(1);
  other.leave();
  await Promise.all(upstream.calls.map(({ closed }) => closed));
});

test('a client that leaves while it sends its body is no fault of ours', async () => {
  const gateway = await startTestGateway({});
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.end(requestBytes(path, unary).slice(0, -10));
  const line = await gateway.logged(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ path });
  expect(line['status']).toBeLessThan(500);
  expect((await gateway.get('/health')).status).toBe(200);
});

test('case 4: two thousand clients that leave leave nothing behind', async () => {
  const scripts = [silent, headOnly, oneEvent];
  await using upstream = await startUpstream((call) => scripts[upstream.calls.length % 3]?.(call));
  const gateway = await startTestGateway({ upstream: upstream.endpoint });
  const times = 2000;
  const atOnce = 50;
  for (let begun = 0; begun < times; begun += atOnce) {
    const clients = Array.from({ length: atOnce }, () => rawPost(gateway.port, path, streaming));
    await upstream.call(begun + atOnce);
    for (const client of clients) client.leave();
    await Promise.all(upstream.calls.slice(begun).map(({ closed }) => closed));
  }
  expect(upstream.connections).toBe(0);
  upstream.script = chatAnswer('still here');
  expect((await gateway.post(path, JSON.parse(unary))).json.choices[0].message.content).toBe('still here');
  const lines = gateway.log.filter(({ msg }) => msg === 'request');
  expect(lines.filter(({ status }) => status === 499)).toHaveLength(times);
}, 60_000);
