import type { System } from '../../system/system.ts';
import type { Entry } from './entry.ts';
import type { TurnMember, TurnRules } from './turns.ts';
import { sleepVllm, wakeVllm } from './vllm-sleep.ts';

/** The rules by which a model is loaded and unloaded; undefined: it is loaded at the start and stays. */
export const turnRulesOf = ({ model, waits }: Entry): TurnRules | undefined =>
  // One that waits for the engine before it is not ours to start.
  model.engine.command && !waits ? model.turns : undefined;

/** An entry of the supervisor as one that takes turns. `ready` resolves once its engine answers, or rejects. */
export const turnMember = (
  system: System,
  entry: Entry,
  rules: TurnRules,
  ready: () => Promise<void>,
): TurnMember => {
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
    ...{ id, rules },
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
