import type { Dispatcher } from 'undici';
import type { Alarms } from '../alarms/alarms.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Holds an engine back while the client doesn't take what was sent, so that memory stays flat, and gives up on a client
 * that takes nothing for too long.
 */
export class SlowReader {
  readonly #exchange: Exchange;
  readonly #alarms: Alarms;
  /** ms. */
  readonly #patience: number;
  /** ms of the monotonic clock, while the client does not read; else 0. */
  #pausedAt = 0;
  /** When it is looked at next; 0 until it was slow once. A fast engine makes thousands of pauses: one alarm for all. */
  due = 0;

  constructor(exchange: Exchange, alarms: Alarms, patience: number) {
    this.#exchange = exchange;
    this.#alarms = alarms;
    this.#patience = patience;
  }

  /** Pauses the engine until the client has caught up. */
  wait(controller: Dispatcher.DispatchController): void {
    if (this.#pausedAt !== 0) return;
    controller.pause();
    this.#pausedAt = this.#exchange.now();
    this.#exchange.response.once('drain', () => {
      this.#pausedAt = 0;
      controller.resume();
    });
    if (this.due === 0) this.#look(this.#pausedAt);
  }

  ring(now: number): void {
    const since = this.#pausedAt === 0 ? now : this.#pausedAt;
    if (now - since < this.#patience) {
      this.#look(since);
      return;
    }
    this.#exchange.fault = 'CLIENT_STALLED';
    this.#exchange.response.destroy();
  }

  #look(since: number): void {
    this.due = since + this.#patience;
    this.#alarms.set(this);
  }

  /** The answer is over, however it ended. */
  end(): void {
    this.#alarms.drop(this);
  }
}
