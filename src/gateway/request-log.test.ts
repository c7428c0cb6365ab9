import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { createRequestLog } from './request-log.ts';

const exchange = (change: Partial<Exchange> = {}): Exchange =>
  ({
    ...{ id: 'a-1', key: { name: 'a "key"' }, method: 'POST', path: '/v1/chat/completions' },
    ...{ model: 'tiny', route: 'alias ü', status: 200, startedAt: 1000, firstByteAt: 1002.345 },
    ...{ isStreaming: true, firstEventAt: 1003.25, attempts: 3, queuedMs: 0.44, overheadMs: 0.26 },
    ...{ usage: { prompt: 7, completion: 3 }, bytesIn: 10, bytesOut: 20 },
    ...change,
  }) as Exchange;

const scene = (level = 'debug') => {
  const lines: string[] = [];
  const log = pino(
    { level, base: null, timestamp: () => ',"time":12345' },
    { write: (line) => lines.push(line) },
  );
  return { lines, log, write: createRequestLog(log) };
};

test('a line is what pino would have written', () => {
  const { lines, log, write } = scene();
  write(exchange(), 1010, 12345);
  const { level, time, msg, ...facts } = JSON.parse(lines[0] ?? '');
  log.info(facts, msg);
  expect(lines[0]).toBe(lines[1]);
  expect({ level, time, msg }).toEqual({ level: 30, time: 12345, msg: 'request' });
  expect(facts).toEqual({
    ...{ id: 'a-1', key: 'a "key"', method: 'POST', path: '/v1/chat/completions', model: 'tiny' },
    ...{ route: 'alias ü', stream: true, status: 200, ms: 10, queuedMs: 0.4, firstByteMs: 2.3 },
    ...{ firstTokenMs: 3.3, overheadMs: 0.3, retries: 2, promptTokens: 7, completionTokens: 3 },
    ...{ bytesIn: 10, bytesOut: 20 },
  });
});

test('what did not happen is not in it', () => {
  const { lines, write } = scene();
  const nothing = { key: undefined, model: undefined, route: undefined, queuedMs: undefined };
  const untimed = { firstByteAt: 0, firstEventAt: 0, overheadMs: undefined, attempts: 0, usage: undefined };
  write(exchange({ ...nothing, ...untimed, isStreaming: false }), 1001, 12345);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    ...{ level: 30, time: 12345, msg: 'request', id: 'a-1', method: 'POST', path: '/v1/chat/completions' },
    ...{ status: 200, ms: 1, bytesIn: 10, bytesOut: 20 },
  });
});

test.each([
  ['info', 200, '/v1/models', 1],
  ['info', 200, '/health', 0],
  ['debug', 200, '/health', 1],
  ['info', 503, '/ready', 1],
  ['warn', 400, '/v1/models', 0],
  ['warn', 502, '/v1/models', 1],
])('at level %s, %i of %s: %i lines', (level, status, path, count) => {
  const { lines, write } = scene(level);
  write(exchange({ status, path }), 1001, 0);
  expect(lines).toHaveLength(count);
});

test('a level that is changed while it runs holds at once', () => {
  const { lines, log, write } = scene('warn');
  write(exchange(), 1001, 0);
  log.level = 'info';
  write(exchange(), 1001, 0);
  expect(lines).toHaveLength(1);
});
