import { type Logger, pino } from 'pino';
import type { Exchange } from './exchange.ts';

/** Writes the line of an exchange that is over. `now`: ms of the monotonic clock; `time`: ms since 1970. */
export type RequestLog = (exchange: Exchange, now: number, time: number) => void;

/** Asked every few seconds by something that watches; of no interest to a reader unless they fail. */
const watched = new Set(['/health', '/ready', '/metrics', '/api/status', '/api/events']);

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** From the request to `time`; undefined when that never came. */
const since = ({ startedAt }: Exchange, time: number): number | undefined =>
  time === 0 ? undefined : time - startedAt;

/** Nothing in it that JSON writes in another way. */
const plain = /^[ !#-[\]-~]*$/;

const word = (name: string, value: string | undefined): string => {
  if (value === undefined) return '';
  return plain.test(value) ? `,"${name}":"${value}"` : `,"${name}":${JSON.stringify(value)}`;
};

const figure = (name: string, value: number | undefined): string =>
  value === undefined ? '' : `,"${name}":${value}`;

const time = (name: string, ms: number | undefined): string =>
  ms === undefined ? '' : `,"${name}":${rounded(ms)}`;

/** As pino writes one; put together by hand, since JSON.stringify takes twice as long for so many facts. */
const lineOf = (exchange: Exchange, level: number, now: number, at: number): string => {
  const { attempts, isStreaming, usage } = exchange;
  return (
    `{"level":${level},"time":${at}` +
    word('id', exchange.id) +
    word('key', exchange.key?.name) +
    word('method', exchange.method) +
    word('path', exchange.path) +
    word('model', exchange.model) +
    word('route', exchange.route) +
    (isStreaming ? ',"stream":true' : '') +
    figure('status', exchange.status) +
    word('error', exchange.fault) +
    time('ms', now - exchange.startedAt) +
    time('queuedMs', exchange.queuedMs) +
    time('firstByteMs', since(exchange, exchange.firstByteAt)) +
    time('firstTokenMs', isStreaming ? since(exchange, exchange.firstEventAt) : undefined) +
    time('overheadMs', exchange.overheadMs) +
    figure('retries', attempts > 1 ? attempts - 1 : undefined) +
    figure('promptTokens', usage?.prompt) +
    figure('completionTokens', usage?.completion) +
    figure('bytesIn', exchange.bytesIn) +
    figure('bytesOut', exchange.bytesOut) +
    ',"msg":"request"}\n'
  );
};

/**
 * One line per request: who asked, what served it and how it went. Never a prompt, an answer or a key. It goes straight
 * to where pino's lines go: pino itself takes three times as long to make one with so many facts.
 */
export const createRequestLog = (log: Logger): RequestLog => {
  const lines = (log as unknown as Record<symbol, { write(line: string): void }>)[pino.symbols.streamSym];
  const { values } = log.levels;
  return (exchange, now, time) => {
    const level = exchange.status >= 500 ? 'warn' : watched.has(exchange.path) ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) lines?.write(lineOf(exchange, values[level] ?? 0, now, time));
  };
};
