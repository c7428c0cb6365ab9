import type { ServerResponse } from 'node:http';
import type { KeyRecord } from '../config/keys.ts';
import type { LocalaiError } from '../errors.ts';
import type { Clock } from '../system/clock.ts';
import type { ModelFacts } from './served-models.ts';
import type { Usage } from './upstream/usage-tail.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known of this request beside what HTTP says; set by the first hook. */
    exchange: Exchange;
  }
}

const colon = 0x3a;

/** How many there are now. */
export interface OpenCounts {
  requests: number;
  /** Of those, answers that go out as events. */
  streams: number;
}

/** One request and its answer, from the first byte to the line in the log. Times are ms of the monotonic clock. */
export class Exchange {
  readonly id: string;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly startedAt: number;
  /** Names and values, alternating, that go with every answer. */
  readonly headers: string[];
  key: KeyRecord | undefined = undefined;
  /** The path of a request for a model as we call it, whatever the client called it. */
  endpoint: string | undefined = undefined;
  /** The model that the request named. */
  requested: string | undefined = undefined;
  /** The model that serves. */
  model: string | undefined = undefined;
  route: string | undefined = undefined;
  /** Whether the answer is wanted as events. */
  streams = false;
  /** 0 until the whole request for a model was here. */
  readAt = 0;
  /** ms in the line before the model; undefined when there was none. */
  queuedMs: number | undefined = undefined;
  /** 0 until an engine was asked. */
  sentAt = 0;
  /** How often an engine was asked. */
  attempts = 0;
  /** 0 until an engine's answer began. */
  firstByteAt = 0;
  /** 0 until the first event of a stream came. */
  firstEventAt = 0;
  /** 0 until a stream was here to its end. */
  lastByteAt = 0;
  /** Our own part of the time; undefined unless an engine answered. See timing.ts. */
  overheadMs: number | undefined = undefined;
  bytesIn = 0;
  bytesOut = 0;
  /** What the answer says it took. */
  usage: Usage | undefined = undefined;
  /** 0 until it is over; 499, as nginx has it, when the client left before its answer was complete. */
  status = 0;
  /** The registry code of what went wrong. */
  fault: string | undefined = undefined;
  /**
   * Ends what goes on for it now, in whatever phase, and tells its client why; a client that has left (no `why`) is told
   * nothing. Undefined while nothing goes on.
   */
  stop: ((why?: LocalaiError) => void) | undefined = undefined;
  /** When its time is over. */
  deadline = Number.POSITIVE_INFINITY;
  /** How the model is that serves, and the line before it. */
  facts: (() => ModelFacts) | undefined = undefined;
  /** Its place in the line; undefined while it stands in none. */
  place: (() => number) | undefined = undefined;
  /** In about how many seconds the model that it waits for is loaded; null: that is not known, or not what it waits for. */
  readyIn: (() => number | null) | undefined = undefined;
  /** Whether its answer is a stream that an event or a comment of ours can be put into. */
  takesEvents = false;
  /** The last piece of its answer that was sent. */
  lastSent: Uint8Array | undefined = undefined;
  /** Whether the answer ends only when its client leaves, so that leaving is no fault. */
  endless = false;
  readonly #clock: Clock;
  readonly #open: OpenCounts;
  #isStreaming = false;
  readonly #whenOver: (() => void)[] = [];

  constructor(
    id: string,
    response: ServerResponse,
    method: string,
    path: string,
    clock: Clock,
    open: OpenCounts,
  ) {
    this.id = id;
    this.response = response;
    this.method = method;
    this.path = path;
    this.startedAt = clock.monotonic();
    this.headers = ['x-request-id', id];
    this.#clock = clock;
    this.#open = open;
    open.requests += 1;
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /** A whole request for a model is here; `endpoint`: its path as we call it. */
  arrived(endpoint: string): void {
    this.endpoint = endpoint;
    this.readAt = this.#clock.monotonic();
  }

  /** An engine is asked at `time`; again, when it was before. */
  asks(time: number): void {
    this.attempts += 1;
    if (this.sentAt === 0) this.sentAt = time;
  }

  /** Bytes of an answer came. A comment, as engines send to keep a connection alive, is no event yet. */
  noteEvent(bytes: Uint8Array): void {
    if (bytes[0] !== colon) this.firstEventAt = this.#clock.monotonic();
  }

  /** The answer goes out as events from now on; `isPlain`: in plain text, so that events of ours can stand between. */
  beginStream(isPlain: boolean): void {
    this.#isStreaming = true;
    this.takesEvents = isPlain;
    this.#open.streams += 1;
  }

  get isStreaming(): boolean {
    return this.#isStreaming;
  }

  /** Has something done once it is over, however it ended. */
  whenOver(work: () => void): void {
    this.#whenOver.push(work);
  }

  /** The connection or the answer is over. To be called once. */
  end(): void {
    for (const work of this.#whenOver) work();
    this.#open.requests -= 1;
    if (this.#isStreaming) this.#open.streams -= 1;
    const wasLeft = !this.endless && this.fault === undefined && !this.response.writableFinished;
    this.status = wasLeft ? 499 : this.response.statusCode;
  }
}
