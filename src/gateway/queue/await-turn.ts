import { failure } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import { answerError } from '../answers.ts';
import type { Exchange } from '../exchange.ts';
import type { Served } from '../served-models.ts';
import type { Entrant } from './queue.ts';

/** What a request that waited too long is told to wait before it tries again, s. */
const retryAfter = 5;

export interface TurnOptions {
  readonly exchange: Exchange;
  readonly model: Served;
  readonly entrant: Entrant;
  readonly clock: Clock;
  /** How long the turn may take to come, s. */
  readonly seconds: number;
  /** Sends the request on; `leave` is called when the model has nothing more to do with it. */
  readonly run: (leave: () => void) => void;
}

/**
 * Runs a request when its turn has come: at once when the model has room, without a detour. A client that leaves gives
 * up its turn, one that waits too long is told so. Throws QUEUE_FULL.
 */
export const awaitTurn = ({ exchange, model, entrant, clock, seconds, run }: TurnOptions): void => {
  const { queue } = model;
  const enteredAt = clock.monotonic();
  /** Ends the wait; there is none for a request that starts at once. */
  let over: AbortController | undefined;
  const entered = queue.enter(entrant, (leave) => {
    if (over) {
      over.abort();
      exchange.queuedMs = clock.monotonic() - enteredAt;
      exchange.headers.push('x-localai-queue-ms', exchange.queuedMs.toFixed(0));
    }
    run(leave);
  });
  if ('retryAfter' in entered) {
    throw failure('QUEUE_FULL', { model: model.id, running: queue.running, ...entered });
  }
  if (entered.position === 0) return;
  const waiting = new AbortController();
  over = waiting;
  exchange.headers.push('x-localai-queue-position', String(entered.position));
  const stepOut = (): void => {
    waiting.abort();
    exchange.onGone = undefined;
    exchange.queuedMs = clock.monotonic() - enteredAt;
    entered.leave();
  };
  exchange.onGone = stepOut;
  clock.sleep(seconds * 1000, waiting.signal).then(
    () => {
      stepOut();
      answerError(exchange, failure('QUEUE_TIMEOUT', { model: model.id, seconds, retryAfter }));
    },
    () => {},
  );
};
