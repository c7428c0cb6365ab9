import type { Dispatcher } from 'undici';
import type { Clock } from '../../system/clock.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Holds an engine back while the client doesn't take what was sent, so that memory stays flat, and gives up on a client
 * that takes nothing for too long.
 */
export class SlowReader {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  /** ms. */
  readonly #patience: number;
  /** ms of the monotonic clock, while the client does not read; else 0. */
  #pausedAt = 0;
  #watching: AbortController | undefined;

  constructor(exchange: Exchange, clock: Clock, patience: number) {
    this.#exchange = exchange;
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Pauses the engine until the client has caught up. */
  wait(controller: Dispatcher.DispatchController): void {
    if (this.#pausedAt !== 0) return;
    controller.pause();
    this.#pausedAt = this.#clock.monotonic();
    this.#exchange.response.once('drain', () => {
      this.#pausedAt = 0;
      controller.resume();
    });
    // Rejects only when it is over.
    this.#watch().catch(() => {});
  }

  /** The answer is over, however it ended. */
  end(): void {
    this.#watching?.abort();
  }

  /** One timer for all pauses of an answer: a fast engine makes thousands. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = new AbortController();
    for (;;) {
      const paused = this.#pausedAt === 0 ? 0 : this.#clock.monotonic() - this.#pausedAt;
      if (paused >= this.#patience) break;
      await this.#clock.sleep(this.#patience - paused, this.#watching.signal);
    }
    this.#exchange.fault = 'CLIENT_STALLED';
    this.#exchange.response.destroy();
  }
}
