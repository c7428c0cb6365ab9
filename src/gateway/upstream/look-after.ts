import type { Clock } from '../../system/clock.ts';
import type { Served } from '../served-models.ts';
import { askHealth } from './ask-health.ts';
import type { Upstream } from './upstream.ts';

export interface LookAfterOptions {
  /** Those that are served now. */
  readonly models: () => readonly Served[];
  /** Between two questions to an engine that runs elsewhere, s; 0: none are asked. */
  readonly seconds: () => number;
  readonly clock: Clock;
  readonly closing: AbortSignal;
  /** Told how a model's engine is that runs elsewhere: what is wrong, or undefined. */
  readonly tell: (id: string, problem: string | undefined) => void;
  readonly random?: () => number;
  readonly ask?: typeof askHealth;
}

/** Between two looks at who is to be asked, ms; also between two questions to one that fails. */
const lookMs = 1000;

/** Nobody else watches it, so that a question is the only way to know before a request does. */
const isElsewhere = ({ engine }: Served): boolean => engine.name === 'remote';

/**
 * Asks engines how they are: those that run elsewhere now and then, and any that requests are kept from each second, so
 * that they are let through again as soon as it is back. Jittered, so that many gateways do not ask at once. Runs until
 * it is closing and keeps no process alive.
 */
export const lookAfter = async (options: LookAfterOptions): Promise<void> => {
  const { models, seconds, clock, closing, tell, random = Math.random, ask = askHealth } = options;
  const jittered = (ms: number): number => ms * (0.8 + 0.4 * random());
  /** When each is asked next; never while it is being asked. */
  const next = new WeakMap<Upstream, number>();

  const look = async (model: Served): Promise<void> => {
    const { id, connections } = model;
    next.set(connections, Number.POSITIVE_INFINITY);
    const problem = await ask(connections, closing);
    if (closing.aborted) return;
    if (problem === undefined) connections.breaker.saysWell();
    // One that was exchanged meanwhile says nothing of the one that is there now.
    const isServed = models().some((now) => now.connections === connections);
    if (isServed && isElsewhere(model)) tell(id, problem);
    const pause = problem === undefined ? seconds() * 1000 : 0;
    next.set(connections, clock.monotonic() + jittered(pause));
  };

  const isDue = (model: Served): boolean => {
    const due = next.get(model.connections) ?? 0;
    if (model.connections.breaker.isOpen) return due !== Number.POSITIVE_INFINITY;
    return isElsewhere(model) && due <= clock.monotonic();
  };

  while (!closing.aborted) {
    for (const model of models()) {
      if (seconds() === 0 || !isElsewhere(model)) tell(model.id, undefined);
      // Never rejects.
      if (seconds() > 0 && isDue(model)) void look(model);
    }
    await clock.sleep(jittered(lookMs), closing, { ref: false }).catch(() => {});
  }
};
