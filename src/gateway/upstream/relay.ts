import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { LocalaiError } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import { answerError } from '../answers.ts';
import type { Exchange } from '../exchange.ts';
import type { Timeouts } from '../options.ts';
import { errorEvent } from '../protocols/openai.ts';
import { addTiming } from '../timing.ts';
import { upstreamFailure } from './failures.ts';
import { addAnswerHeaders } from './headers.ts';
import { SlowReader } from './slow-reader.ts';
import type { Upstream } from './upstream.ts';
import { UsageTail } from './usage-tail.ts';

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
  /** Since it was sent. */
  readonly elapsedMs: number;
}

export interface RelayOptions {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  /** Connections that have not been used before, not kept ones. */
  readonly fresh: boolean;
  readonly request: UpstreamRequest;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  /** Takes over from an attempt that failed before its first byte, or says that it doesn't. */
  readonly retry: (cause: Cause) => boolean;
  /** Called once when the engine has nothing more to do with the request, however it ended. */
  readonly onEnd: () => void;
}

/** Keeps proxies in between from holding events back. */
const streamHeaders = ['cache-control', 'no-cache', 'x-accel-buffering', 'no'];

/**
 * Carries one request to an engine and its answer back, byte for byte. The engine's connection is closed as soon as
 * the client leaves, in whatever phase. A class, since undici calls these methods for every piece of an answer.
 */
export class Relay implements Dispatcher.DispatchHandler {
  readonly #options: RelayOptions;
  readonly #startedAt: number;
  #controller: Dispatcher.DispatchController | undefined;
  #head: { readonly status: number; readonly headers: string[] } | undefined;
  #isStream = false;
  /** Bytes of the body still to come, when the engine said how many there are. */
  #expected = -1;
  #last: Buffer | undefined;
  #gone = false;
  /** Another attempt has taken over. */
  #replaced = false;
  readonly #reader: SlowReader;
  readonly #tail = new UsageTail();

  constructor(options: RelayOptions) {
    this.#options = options;
    const { exchange, clock, timeouts } = options;
    this.#startedAt = clock.monotonic();
    exchange.asks(this.#startedAt);
    this.#reader = new SlowReader(exchange, clock, timeouts.stalledReader);
  }

  start(): void {
    const { exchange, fresh, upstream, request } = this.#options;
    exchange.onGone = () => this.#leave();
    const path = upstream.prefix + request.path;
    (fresh ? upstream.fresh : upstream.pool).dispatch({ ...request, path, method: 'POST' }, this);
  }

  /** A real Error: undici destroys the connection with it. */
  #leave(): void {
    this.#gone = true;
    this.#options.exchange.usage = this.#tail.read();
    this.#reader.end();
    this.#controller?.abort(new Error('the client left'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gone) this.#leave();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    answered: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#gone) return;
    const { exchange, clock, upstream } = this.#options;
    upstream.breaker.succeeded();
    if (this.#isRefused(controller, status, answered)) return;
    exchange.firstByteAt = clock.monotonic();
    const headers = [...exchange.headers];
    addAnswerHeaders(headers, answered);
    this.#isStream = answered['content-type']?.startsWith('text/event-stream') ?? false;
    this.#expected = Number(answered['content-length'] ?? -1);
    if (this.#isStream) {
      headers.push(...streamHeaders);
      exchange.beginStream();
    }
    addTiming(headers, exchange);
    this.#head = { status, headers };
    // The head of a stream goes out before its first event, but in one write with it when that is here already.
    if (this.#isStream) process.nextTick(() => this.#flushHead());
  }

  /** An engine that is full or not up yet is asked again in a moment. */
  #isRefused(
    controller: Dispatcher.DispatchController,
    status: number,
    answered: IncomingHttpHeaders,
  ): boolean {
    if (status !== 429 && status !== 503) return false;
    // A date instead of seconds counts as none.
    const retryAfter = Number(answered['retry-after']) || 0;
    if (!this.#handOver({ status, retryAfter, elapsedMs: this.#elapsed() })) return false;
    controller.abort(new Error('the request is sent again'));
    return true;
  }

  #elapsed(): number {
    return this.#options.clock.monotonic() - this.#startedAt;
  }

  #handOver(cause: Cause): boolean {
    this.#replaced = this.#options.retry(cause);
    return this.#replaced;
  }

  #writeHead(): void {
    if (!this.#head) return;
    this.#options.exchange.response.writeHead(this.#head.status, this.#head.headers);
    this.#head = undefined;
  }

  #flushHead(): void {
    if (!this.#head || this.#gone) return;
    this.#writeHead();
    this.#options.exchange.response.flushHeaders();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#gone || this.#replaced) return;
    const { exchange } = this.#options;
    const { response } = exchange;
    exchange.bytesOut += chunk.length;
    if (exchange.firstEventAt === 0) exchange.noteEvent(chunk);
    this.#tail.add(chunk);
    if (this.#head) {
      this.#writeHead();
      // The whole body at once: one write to the socket instead of three.
      if (chunk.length === this.#expected) {
        response.end(chunk);
        return;
      }
    }
    this.#last = chunk;
    if (!response.write(chunk)) this.#reader.wait(controller);
  }

  onResponseEnd(): void {
    if (this.#replaced) return;
    const { exchange } = this.#options;
    const { response } = exchange;
    exchange.usage = this.#tail.read();
    exchange.lastByteAt = this.#options.clock.monotonic();
    if (!this.#gone && !response.writableEnded) {
      this.#writeHead();
      response.end();
    }
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#replaced) return;
    const { exchange, timeouts, upstream } = this.#options;
    const begun = exchange.firstByteAt !== 0;
    if (this.#gone) {
      if (!begun) upstream.breaker.abandoned();
      this.#end();
      return;
    }
    if (!begun && this.#handOver({ error, elapsedMs: this.#elapsed() })) return;
    this.#fail(upstreamFailure(error, exchange.model ?? '', begun, timeouts));
    this.#end();
  }

  /** Nothing sent yet: a plain answer. A stream: an event. Else the connection breaks off, as the engine's did. */
  #fail(error: LocalaiError): void {
    const { exchange } = this.#options;
    const { response } = exchange;
    if (!response.headersSent) {
      answerError(exchange, error);
      return;
    }
    exchange.fault = error.code;
    exchange.usage = this.#tail.read();
    if (this.#isStream) response.end(errorEvent(error, this.#last));
    else response.destroy();
  }

  #end(): void {
    this.#options.exchange.onGone = undefined;
    this.#reader.end();
    this.#options.onEnd();
  }
}
