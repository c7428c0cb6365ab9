import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { LocalaiError } from '../../errors.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { answerError } from '../answers.ts';
import type { Exchange } from '../exchange.ts';
import { addTiming } from '../timing.ts';
import { addAnswerHeaders } from './headers.ts';
import { LateAnswer } from './late-answer.ts';
import { SlowReader } from './slow-reader.ts';
import { streamHeaders } from './stream-headers.ts';
import { UsageTail } from './usage-tail.ts';

/** What a client gets of an engine's answer: its bytes as they are, in as few writes as they came. */
export class ClientAnswer {
  readonly #exchange: Exchange;
  #head: { readonly status: number; readonly headers: string[] } | undefined;
  /** Bytes of the body, when the engine said how many there are. */
  #expected = -1;
  /** An answer that came after the client was told that a stream begins. */
  #late: LateAnswer | undefined;
  /** Undefined while the client has kept up. */
  #reader: SlowReader | undefined;
  readonly #tail = new UsageTail();
  readonly #alarms: Alarms;
  readonly #patience: number;

  /** `patience`: how long the client may leave its answer unread, ms. */
  constructor(exchange: Exchange, alarms: Alarms, patience: number) {
    this.#exchange = exchange;
    this.#alarms = alarms;
    this.#patience = patience;
  }

  begin(status: number, answered: IncomingHttpHeaders): void {
    const exchange = this.#exchange;
    const isStream = answered['content-type']?.startsWith('text/event-stream') ?? false;
    // Nothing of ours can be put into what is compressed.
    const isPlain = (answered['content-encoding'] ?? 'identity') === 'identity';
    if (exchange.response.headersSent) {
      if (status !== 200 || !isStream || !isPlain) this.#late = new LateAnswer(exchange.model ?? '', status);
      return;
    }
    const headers = [...exchange.headers];
    addAnswerHeaders(headers, answered);
    this.#expected = Number(answered['content-length'] ?? -1);
    if (isStream) {
      headers.push(...streamHeaders);
      exchange.beginStream(isPlain);
    }
    if ((status === 429 || status === 503) && answered['retry-after'] === undefined) {
      headers.push('retry-after', String(exchange.facts?.().retryAfter ?? 1));
    }
    addTiming(headers, exchange);
    this.#head = { status, headers };
    // The head of a stream goes out before its first event, but in one write with it when that is here already.
    if (isStream) process.nextTick(() => this.#flushHead());
  }

  add(controller: Dispatcher.DispatchController, piece: Buffer): void {
    const exchange = this.#exchange;
    const { response } = exchange;
    if (this.#late) {
      this.#late.add(piece);
      return;
    }
    exchange.bytesOut += piece.length;
    if (exchange.isStreaming && exchange.firstEventAt === 0) exchange.noteEvent(piece);
    this.#tail.add(piece);
    if (this.#head) {
      this.#writeHead();
      // The whole body at once: one write to the socket instead of three.
      if (piece.length === this.#expected) {
        response.end(piece);
        return;
      }
    }
    exchange.lastSent = piece;
    if (response.write(piece)) return;
    this.#reader ??= new SlowReader(exchange, this.#alarms, this.#patience);
    this.#reader.wait(controller);
  }

  end(): void {
    const exchange = this.#exchange;
    const { response } = exchange;
    this.close();
    if (exchange.isStreaming) {
      exchange.lastByteAt = exchange.now();
      if (this.#tail.saysError()) exchange.fault = 'UPSTREAM_DIED';
    }
    if (this.#late) {
      exchange.fault = 'UPSTREAM_REFUSED';
      response.end(this.#late.event());
    } else if (!response.writableEnded) {
      this.#writeHead();
      response.end();
    }
  }

  /** Nothing sent yet: a plain answer. A stream: an event. Else the connection breaks off, as the engine's did. */
  fail(error: LocalaiError): void {
    this.close();
    this.#head = undefined;
    answerError(this.#exchange, error);
  }

  /** Nothing more will come. */
  close(): void {
    this.#exchange.usage = this.#tail.read();
    this.#reader?.end();
  }

  #writeHead(): void {
    if (!this.#head) return;
    this.#exchange.response.writeHead(this.#head.status, this.#head.headers);
    this.#head = undefined;
  }

  #flushHead(): void {
    const { response } = this.#exchange;
    if (!this.#head || response.destroyed) return;
    this.#writeHead();
    response.flushHeaders();
  }
}
