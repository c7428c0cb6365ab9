import type { Logger } from 'pino';
import type { Exchange } from './exchange.ts';

/** Asked every few seconds by something that watches; of no interest to a reader unless they fail. */
const watched = new Set(['/health', '/ready', '/metrics', '/api/status', '/api/events']);

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** One line per request: who asked, what served it and how it went. Never a prompt, an answer or a key. */
export const logRequest = (log: Logger, exchange: Exchange, now: number): void => {
  const { status } = exchange;
  const level = status >= 500 ? 'warn' : watched.has(exchange.path) ? 'debug' : 'info';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      id: exchange.id,
      key: exchange.key?.name,
      method: exchange.method,
      path: exchange.path,
      model: exchange.model,
      route: exchange.route,
      status,
      error: exchange.fault,
      ms: rounded(now - exchange.startedAt),
      queuedMs: exchange.queuedMs === undefined ? undefined : rounded(exchange.queuedMs),
      firstByteMs:
        exchange.firstByteAt === 0 ? undefined : rounded(exchange.firstByteAt - exchange.startedAt),
      promptTokens: exchange.usage?.prompt,
      completionTokens: exchange.usage?.completion,
      bytesIn: exchange.bytesIn,
      bytesOut: exchange.bytesOut,
    },
    'request',
  );
};
