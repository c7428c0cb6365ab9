import { failure } from '../../errors.ts';
import { answerError } from '../answers.ts';
import { isStaleConnection, isUnreachable } from './failures.ts';
import { type Cause, Relay, type RelayOptions } from './relay.ts';

export type DeliveryOptions = Omit<RelayOptions, 'retry' | 'fresh'>;

/**
 * Sends a request to an engine until there is an answer to pass on: an attempt that failed before its first byte may
 * be repeated. What was worked on for a while is not: the engine would read a long prompt twice.
 */
export const deliver = (options: DeliveryOptions): void => {
  const { exchange, upstream, clock, onEnd } = options;
  const { breaker, retries } = upstream;
  let attempt = 0;
  let wasStale = false;

  /** A repetition that would come too late is none: the client hears what the engine said instead. */
  const delayAfter = ({ error, status, retryAfter }: Cause): number | undefined => {
    if (error ? !isUnreachable(error) : status !== 429 && status !== 503) return undefined;
    attempt += 1;
    return retries.spend(attempt, retryAfter, exchange.deadline - exchange.now());
  };

  const retry = (cause: Cause): boolean => {
    const { error, since } = cause;
    if (error && !wasStale && isStaleConnection(error, exchange.now() - since)) {
      wasStale = true;
      // A connection that had been idle says nothing about the engine.
      breaker.abandoned(since);
      send();
      return true;
    }
    if (error) breaker.failed(since);
    const delay = delayAfter(cause);
    if (delay === undefined) return false;
    sendAfter(delay);
    return true;
  };

  const sendAfter = (delay: number): void => {
    const left = new AbortController();
    exchange.stop = (why) => {
      left.abort();
      if (why) answerError(exchange, why);
    };
    clock.sleep(delay, left.signal).then(send, onEnd);
  };

  const send = (): void => {
    const wait = breaker.admit();
    if (wait === 0) {
      new Relay({ ...options, retry, fresh: wasStale }).start();
      return;
    }
    const problem = 'it failed several times in a row and is left alone for a moment';
    const retryAfter = Math.ceil(wait / 1000);
    const model = exchange.model ?? '';
    exchange.stop = undefined;
    answerError(exchange, failure('UPSTREAM_UNREACHABLE', { model, problem, retryAfter }));
    onEnd();
  };

  retries.earn();
  send();
};
