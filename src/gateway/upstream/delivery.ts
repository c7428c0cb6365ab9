import { failure } from '../../errors.ts';
import { answerError } from '../answers.ts';
import { isStaleConnection, isUnreachable } from './failures.ts';
import { type Attempts, type Cause, type DeliveryOptions, Relay } from './relay.ts';

/**
 * Sends a request to an engine until there is an answer to pass on: an attempt that failed before its first byte may
 * be repeated. What was worked on for a while is not: the engine would read a long prompt twice.
 */
class Delivery implements Attempts {
  readonly #options: DeliveryOptions;
  #attempt = 0;
  #wasStale = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  send(): void {
    const wait = this.#options.upstream.breaker.admit();
    if (wait > 0) this.#giveUp(wait);
    else new Relay(this.#options, this, this.#wasStale).start();
  }

  retry(cause: Cause): boolean {
    const { exchange, upstream } = this.#options;
    const { error, since } = cause;
    if (error && !this.#wasStale && isStaleConnection(error, exchange.now() - since)) {
      this.#wasStale = true;
      // A connection that had been idle says nothing about the engine.
      upstream.breaker.abandoned(since);
      this.send();
      return true;
    }
    if (error) upstream.breaker.failed(since);
    const delay = this.#delayAfter(cause);
    if (delay === undefined) return false;
    this.#sendAfter(delay);
    return true;
  }

  /** A repetition that would come too late is none: the client hears what the engine said instead. */
  #delayAfter({ error, status, retryAfter }: Cause): number | undefined {
    if (error ? !isUnreachable(error) : status !== 429 && status !== 503) return undefined;
    this.#attempt += 1;
    const { exchange, upstream } = this.#options;
    return upstream.retries.spend(this.#attempt, retryAfter, exchange.deadline - exchange.now());
  }

  #sendAfter(delay: number): void {
    const { exchange, clock, onEnd } = this.#options;
    const left = new AbortController();
    exchange.stop = (why) => {
      left.abort();
      if (why) answerError(exchange, why);
    };
    clock.sleep(delay, left.signal).then(() => this.send(), onEnd);
  }

  #giveUp(wait: number): void {
    const { exchange, onEnd } = this.#options;
    const problem = 'it failed several times in a row and is left alone for a moment';
    const retryAfter = Math.ceil(wait / 1000);
    const model = exchange.model ?? '';
    exchange.stop = undefined;
    answerError(exchange, failure('UPSTREAM_UNREACHABLE', { model, problem, retryAfter }));
    onEnd();
  }
}

export const deliver = (options: DeliveryOptions): void => {
  options.upstream.retries.earn();
  new Delivery(options).send();
};
