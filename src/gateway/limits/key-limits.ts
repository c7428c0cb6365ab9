import type { KeyRecord } from '../../config/keys.ts';
import { failure } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { Exchange } from '../exchange.ts';
import { addRateHeaders } from './rate-headers.ts';
import { createRateLimit } from './rate-limit.ts';

/** Throws RATE_LIMITED or KEY_BUSY when the request's key has no room for it. */
export type KeyLimits = (exchange: Exchange) => void;

/** How many requests each key has open and how fast they come. */
export const keyLimits = (clock: Clock): KeyLimits => {
  const rates = createRateLimit(clock.monotonic);
  const open = new Map<string, number>();

  const checkRate = (exchange: Exchange, { id, name }: KeyRecord, perMinute: number): void => {
    const allowance = rates.take(id, perMinute);
    addRateHeaders(exchange.headers, perMinute, allowance);
    if (allowance.allowed) return;
    throw failure('RATE_LIMITED', { name, perMinute, retryAfter: allowance.waitSeconds });
  };

  /** Given back when the exchange is over, however it ended. */
  const takePlace = ({ response }: Exchange, { id, name }: KeyRecord, parallel: number): void => {
    const taken = open.get(id) ?? 0;
    if (taken >= parallel) throw failure('KEY_BUSY', { name, parallel, retryAfter: 1 });
    open.set(id, taken + 1);
    response.once('close', () => {
      const left = (open.get(id) ?? 1) - 1;
      if (left > 0) open.set(id, left);
      else open.delete(id);
    });
  };

  return (exchange) => {
    const { key } = exchange;
    if (key?.parallel !== undefined) takePlace(exchange, key, key.parallel);
    if (key?.requestsPerMinute !== undefined) checkRate(exchange, key, key.requestsPerMinute);
  };
};
