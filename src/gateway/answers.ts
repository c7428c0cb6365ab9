import { failure, isFailure, type LocalaiError, reason } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { errorBody } from './protocols/dialect.ts';
import { errorEvent } from './protocols/openai.ts';
import { addTiming } from './timing.ts';

/** Written to the raw response: one write for head and body, and no header passes through a second table. */
export const answer = (
  exchange: Exchange,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): void => {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const own = [
    ...exchange.headers,
    'content-type',
    type,
    'content-length',
    `${bytes.byteLength}`,
    ...headers,
  ];
  addTiming(own, exchange);
  response.writeHead(status, own);
  exchange.bytesOut = bytes.byteLength;
  response.end(bytes);
};

export const answerJson = (exchange: Exchange, value: unknown, status = 200): void =>
  answer(exchange, status, 'application/json', JSON.stringify(value));

/** What is worth trying again in a while. */
const passing = new Set([429, 503]);

/** What a program needs to decide what to do next: how the model is, how long the line, when to try again. */
const detailsOf = ({ facts, place }: Exchange, { httpStatus, params, hint }: LocalaiError) => {
  const isPassing = passing.has(httpStatus);
  if (params.retryAfter === undefined && !isPassing && place === undefined) return undefined;
  const own = facts?.();
  const position = place?.();
  return {
    ...own,
    ...(position === undefined ? {} : { position }),
    ...params,
    advice: hint.replaceAll('{localai}', 'localai'),
  };
};

/**
 * Says what went wrong, with what a client can go by: status, envelope, Retry-After. A client that left hears nothing; in
 * a stream that has begun it is the last event.
 */
export const answerError = (
  exchange: Exchange,
  error: LocalaiError,
  headers: readonly string[] = [],
): void => {
  const { response, lastSent } = exchange;
  if (response.destroyed) return;
  exchange.fault = error.code;
  if (response.headersSent) {
    if (exchange.takesEvents) response.end(errorEvent(error, lastSent));
    else response.destroy();
    return;
  }
  const details = detailsOf(exchange, error);
  const retryAfter = error.params.retryAfter ?? (passing.has(error.httpStatus) && details?.retryAfter);
  const wait = retryAfter ? ['retry-after', String(retryAfter)] : [];
  const body = errorBody(exchange, error, details && { details });
  answer(exchange, error.httpStatus, 'application/json', body, [...wait, ...headers]);
};

/** What was thrown, as an error of the registry; what is none of it is a fault of ours. */
export const asFailure = (caught: unknown): LocalaiError =>
  isFailure(caught) ? caught : failure('BUG', { problem: reason(caught) }, caught);
