import { failure, type LocalaiError } from '../../errors.ts';
import type { Alarms } from '../alarms/alarms.ts';
import { answerError } from '../answers.ts';
import type { Exchange } from '../exchange.ts';
import type { Served } from '../served-models.ts';
import type { Entrant, Ticket } from './queue.ts';

export interface TurnOptions {
  readonly exchange: Exchange;
  readonly model: Served;
  readonly entrant: Entrant;
  readonly alarms: Alarms;
  /** How long the turn may take to come, s. */
  readonly seconds: number;
  /** Sends the request on; `leave` is called when the model has nothing more to do with it. */
  readonly run: (leave: () => void) => void;
}

/** What somebody hears whose turn did not come in time. */
const waitedTooLong = ({ id, status }: Served, { facts }: Ticket, seconds: number): LocalaiError => {
  const now = status();
  const { retryAfter } = facts();
  if (now === undefined || now.state === 'ready') {
    return failure('QUEUE_TIMEOUT', { model: id, seconds, retryAfter });
  }
  const phase = `${now.phase ?? now.state}; it was waited for ${seconds} s`;
  return failure('MODEL_LOADING', { model: id, phase, retryAfter });
};

/** What ends a wait: a client that leaves, a turn that comes, time. */
const wait = (options: TurnOptions, ticket: Ticket, enteredAt: number): (() => void) => {
  const { exchange, model, alarms, seconds } = options;
  const alarm = {
    due: enteredAt + seconds * 1000,
    ring: () => stop(waitedTooLong(model, ticket, seconds)),
  };
  const over = (): void => {
    alarms.drop(alarm);
    exchange.stop = undefined;
    exchange.place = undefined;
    exchange.readyIn = undefined;
  };
  const note = (): void => {
    exchange.queuedMs = exchange.now() - enteredAt;
    exchange.headers.push('x-localai-queue-ms', exchange.queuedMs.toFixed(0));
  };
  const stop = (why?: LocalaiError): void => {
    note();
    // Before it steps out: the answer says which place it had.
    if (why) answerError(exchange, why);
    over();
    ticket.leave();
  };
  exchange.stop = stop;
  exchange.place = () => ticket.facts().position;
  exchange.readyIn = () => model.status()?.readyIn ?? null;
  exchange.headers.push('x-localai-queue-position', String(exchange.place()));
  const eta = exchange.readyIn();
  if (eta !== null) exchange.headers.push('x-localai-queue-eta', String(eta));
  alarms.set(alarm);
  return () => {
    note();
    over();
  };
};

/**
 * Runs a request when its turn has come: at once when the model has room, without a detour. A client that leaves gives
 * up its turn, one that waits too long is told so. Throws QUEUE_FULL.
 */
export const awaitTurn = (options: TurnOptions): void => {
  const { exchange, model, entrant, run } = options;
  const leaveAtOnce = model.queue.enterAtOnce(entrant.owner);
  if (leaveAtOnce) {
    run(leaveAtOnce);
    return;
  }
  const enteredAt = exchange.now();
  let over: (() => void) | undefined;
  const ticket = model.queue.enter(entrant, {
    start: (leave) => {
      over?.();
      run(leave);
    },
    refuse: (why) => exchange.stop?.(why),
  });
  if ('refused' in ticket) throw failure('QUEUE_FULL', { model: model.id, ...ticket.refused });
  if (!ticket.started) over = wait(options, ticket, enteredAt);
};
