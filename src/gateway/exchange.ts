import type { ServerResponse } from 'node:http';
import type { KeyRecord } from '../config/keys.ts';
import type { Usage } from './upstream/usage-tail.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known of this request beside what HTTP says; set by the first hook. */
    exchange: Exchange;
  }
}

/** One request and its answer, from the first byte to the line in the log. */
export class Exchange {
  readonly id: string;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  /** ms of the monotonic clock. */
  readonly startedAt: number;
  /** Names and values, alternating, that go with every answer. */
  readonly headers: string[];
  key: KeyRecord | undefined = undefined;
  model: string | undefined = undefined;
  route: string | undefined = undefined;
  /** ms in the line before the model; undefined when there was none. */
  queuedMs: number | undefined = undefined;
  bytesIn = 0;
  bytesOut = 0;
  /** ms of the monotonic clock; 0 until the first byte of an answer came. */
  firstByteAt = 0;
  /** What the answer says it took. */
  usage: Usage | undefined = undefined;
  /** The registry code of what went wrong, for the log. */
  fault: string | undefined = undefined;
  /** Called once when the client leaves before its answer is complete. */
  onGone: (() => void) | undefined = undefined;

  constructor(id: string, response: ServerResponse, method: string, path: string, startedAt: number) {
    this.id = id;
    this.response = response;
    this.method = method;
    this.path = path;
    this.startedAt = startedAt;
    this.headers = ['x-request-id', id];
  }

  /** 499, as nginx has it, when the client left before the answer was complete. */
  get loggedStatus(): number {
    const left = !this.response.writableFinished && this.fault === undefined;
    return left ? 499 : this.response.statusCode;
  }
}
