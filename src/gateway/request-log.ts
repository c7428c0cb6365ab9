import { type Logger, pino } from 'pino';
import type { Exchange } from './exchange.ts';

/** Writes the line of an exchange that is over. `now`: ms of the monotonic clock; `time`: ms since 1970. */
export type RequestLog = (exchange: Exchange, now: number, time: number) => void;

/** Asked every few seconds by something that watches; of no interest to a reader unless they fail. */
const watched = new Set(['/health', '/ready', '/metrics', '/api/status', '/api/events']);

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** From the request to `time`; undefined when that never came. */
const since = ({ startedAt }: Exchange, time: number): number | undefined =>
  time === 0 ? undefined : rounded(time - startedAt);

/** As pino writes one. */
const lineOf = (exchange: Exchange, level: number, now: number, time: number): string => {
  const { attempts, queuedMs, usage } = exchange;
  const line = {
    level,
    time,
    id: exchange.id,
    key: exchange.key?.name,
    method: exchange.method,
    path: exchange.path,
    model: exchange.model,
    route: exchange.route,
    stream: exchange.isStreaming || undefined,
    status: exchange.status,
    error: exchange.fault,
    ms: rounded(now - exchange.startedAt),
    queuedMs: queuedMs === undefined ? undefined : rounded(queuedMs),
    firstByteMs: since(exchange, exchange.firstByteAt),
    firstTokenMs: exchange.isStreaming ? since(exchange, exchange.firstEventAt) : undefined,
    overheadMs: exchange.overheadMs === undefined ? undefined : rounded(exchange.overheadMs),
    retries: attempts > 1 ? attempts - 1 : undefined,
    promptTokens: usage?.prompt,
    completionTokens: usage?.completion,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    msg: 'request',
  };
  return `${JSON.stringify(line)}\n`;
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
