import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { Entry } from './entry.ts';
import type { TurnMember, TurnRules } from './turn-group.ts';
import { isAnswering, isVllmAsleep, sleepVllm, wakeVllm } from './vllm-sleep.ts';

/** The rules by which a model is loaded and unloaded; undefined: it is loaded at the start and stays. */
export const turnRulesOf = ({ model, waits }: Entry): TurnRules | undefined => {
  const { turns, engine } = model;
  // One that waits for the engine before it is not ours to start; one that runs elsewhere can only be put to sleep.
  return waits || (!engine.command && turns?.sleepLevel === undefined) ? undefined : turns;
};

/** An engine that we start: it gives its memory back by ending, or by sleeping where it can. */
const ownMember = (
  system: System,
  entry: Entry,
  rules: TurnRules,
  ready: () => Promise<void>,
): Omit<TurnMember, 'id' | 'rules'> => {
  const { keeper } = entry;
  const { id, upstream } = entry.model;
  const { sleepLevel } = rules;

  /** An engine that will not wake is started anew. */
  const wake = async (level: 1 | 2): Promise<void> => {
    try {
      await wakeVllm(system, id, upstream, level);
    } catch {
      await keeper.stop();
      keeper.start();
    }
    entry.sleep = 'awake';
  };

  return {
    state: () => keeper.status().state,
    load: () => {
      if (entry.sleep === 'awake' || sleepLevel === undefined) return keeper.start();
      entry.sleep = 'waking';
      entry.waking = wake(sleepLevel);
    },
    loaded: async () => {
      await entry.waking;
      entry.waking = undefined;
      await ready();
    },
    unload: async () => {
      if (sleepLevel === undefined || keeper.status().state !== 'ready') return keeper.stop();
      try {
        await sleepVllm(system, id, upstream, sleepLevel);
        entry.sleep = 'asleep';
      } catch {
        await keeper.stop();
      }
    },
  };
};

/** Until a container has loaded its model for the first time, ms. */
const firstStartMs = 60 * 60_000;
const pollMs = 1000;

/** An engine that somebody else starts: it is woken and put to sleep, and is taken to be asleep until it was asked. */
const containerMember = (
  system: System,
  entry: Entry,
  level: 1 | 2,
  over: AbortSignal,
): Omit<TurnMember, 'id' | 'rules'> => {
  const { id, upstream } = entry.model;
  const state = () => entry.keeper.status().state;

  const wake = async (): Promise<void> => {
    const end = system.clock.monotonic() + firstStartMs;
    while (!(await isAnswering(system, upstream))) {
      if (state() === 'error')
        throw failure('ENGINE_LOAD', { model: id, problem: 'its container was given up' });
      if (system.clock.monotonic() > end)
        throw failure('ENGINE_LOAD', { model: id, problem: 'it never answered' });
      await system.clock.sleep(pollMs, over);
    }
    if (await isVllmAsleep(system, upstream)) await wakeVllm(system, id, upstream, level);
    entry.sleep = 'awake';
  };

  return {
    state,
    isUp: () => isAnswering(system, upstream),
    load: () => {
      entry.sleep = 'waking';
      entry.waking = wake();
      // Whoever waits for it hears of it.
      entry.waking.catch(() => {
        entry.sleep = 'asleep';
      });
    },
    loaded: async () => {
      await entry.waking;
      entry.waking = undefined;
    },
    unload: async () => {
      entry.sleep = 'asleep';
      if (!(await isVllmAsleep(system, upstream))) await sleepVllm(system, id, upstream, level);
    },
  };
};

/**
 * An entry of the supervisor as one that takes turns. `ready` resolves once its engine answers, or rejects; `over` ends
 * waiting for one that somebody else starts.
 */
export const turnMember = (
  system: System,
  entry: Entry,
  rules: TurnRules,
  ready: () => Promise<void>,
  over: AbortSignal,
): TurnMember => {
  const { id, engine } = entry.model;
  const { sleepLevel } = rules;
  const ways =
    engine.command || sleepLevel === undefined
      ? ownMember(system, entry, rules, ready)
      : containerMember(system, entry, sleepLevel, over);
  return { id, rules, ...ways };
};
