import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { LocalaiError } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Exchange } from '../exchange.ts';
import type { Timeouts } from '../options.ts';
import { ClientAnswer } from './client-answer.ts';
import { upstreamFailure } from './failures.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { Upstream } from './upstream.ts';

/** A request as it goes to an engine. */
interface UpstreamRequest {
  readonly path: string;
  readonly body: Buffer;
  readonly headers: string[];
}

/** Why an attempt ended before its first byte: an error, or an answer that asks to come back. */
export interface Cause {
  readonly error?: Error;
  readonly status?: number;
  /** s. */
  readonly retryAfter?: number | undefined;
  /** When it was sent, ms of the monotonic clock. */
  readonly since: number;
}

export interface DeliveryOptions {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  readonly request: UpstreamRequest;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** Called once when the engine has nothing more to do with the request, however it ended. */
  readonly onEnd: () => void;
}

/** All attempts at one request. */
export interface Attempts {
  /** Takes over from one that failed before its first byte, or says that it doesn't. */
  retry(cause: Cause): boolean;
}

/**
 * Carries one request to an engine and its answer back. The engine's connection is closed as soon as the client leaves
 * or its time is over, in whatever phase. A class, since undici calls these methods for every piece of an answer.
 */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #options: DeliveryOptions;
  readonly #attempts: Attempts;
  readonly #fresh: boolean;
  readonly #since: number;
  readonly #answer: ClientAnswer;
  #controller: Dispatcher.DispatchController | undefined;
  /** Another attempt has taken over, or it is over: what still comes is for nobody. */
  #done = false;

  /** `fresh`: over a connection that has not been used before, not a kept one. */
  constructor(options: DeliveryOptions, attempts: Attempts, fresh: boolean) {
    this.#options = options;
    this.#attempts = attempts;
    this.#fresh = fresh;
    const { exchange, alarms, timeouts } = options;
    this.#since = exchange.now();
    exchange.asks(this.#since);
    this.#answer = new ClientAnswer(exchange, alarms, timeouts.stalledReader);
  }

  start(): void {
    const { exchange, upstream, request, timeouts } = this.#options;
    const fresh = this.#fresh;
    exchange.stop = (why) => this.#stop(why);
    (fresh ? upstream.fresh : upstream.pool).dispatch(
      {
        method: 'POST',
        path: upstream.prefix + request.path,
        body: request.body,
        headers: request.headers,
        headersTimeout: timeouts.firstByte,
        bodyTimeout: timeouts.idle,
        // Not to be met by another second try.
        reset: fresh,
      },
      this,
    );
  }

  /** The engine may not even be connected yet: then undici has no controller, and calls when it is. */
  #stop(why?: LocalaiError): void {
    const { exchange, upstream } = this.#options;
    if (exchange.firstByteAt === 0) upstream.breaker.abandoned(this.#since);
    this.#done = true;
    if (why) this.#answer.fail(why);
    else this.#answer.close();
    this.#abort(why ? 'its time is over' : 'the client left');
    this.#end();
  }

  /** With a real Error: undici destroys the connection with it. */
  #abort(why: string): void {
    this.#controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) this.#abort('the client left');
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    answered: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#done) return;
    const { exchange, upstream } = this.#options;
    upstream.breaker.succeeded();
    if (this.#isRefused(status, answered)) {
      this.#abort('the request is sent again');
      return;
    }
    exchange.firstByteAt = exchange.now();
    this.#answer.begin(status, answered);
  }

  /** An engine that is full or not up yet is asked again in a moment. */
  #isRefused(status: number, answered: IncomingHttpHeaders): boolean {
    if (status !== 429 && status !== 503) return false;
    const retryAfter = retryAfterSeconds(answered['retry-after'], this.#options.clock.now());
    return this.#handOver({ status, retryAfter, since: this.#since });
  }

  #handOver(cause: Cause): boolean {
    this.#done = this.#attempts.retry(cause);
    return this.#done;
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (!this.#done) this.#answer.add(controller, piece);
  }

  onResponseEnd(): void {
    if (this.#done) return;
    this.#answer.end();
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#done) return;
    const { exchange, timeouts } = this.#options;
    const begun = exchange.firstByteAt !== 0;
    if (!begun && this.#handOver({ error, since: this.#since })) return;
    this.#answer.fail(upstreamFailure(error, exchange.model ?? '', begun, timeouts));
    this.#end();
  }

  #end(): void {
    this.#done = true;
    this.#options.exchange.stop = undefined;
    this.#options.onEnd();
  }
}
