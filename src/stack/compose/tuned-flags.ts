import type { EngineBudget } from '../../engines/engine.ts';
import { changedFlags } from '../../engines/vllm/flags.ts';
import type { Applied } from '../applied.ts';
import type { Boot } from './boots.ts';

/** The flags of a plan as one text, to tell whether a start was made with the same. */
export const flagsKey = ({ cards }: EngineBudget): string => cards?.tunedFrom ?? cards?.flags.join(' ') ?? '';

/** The same for each model that was started, by its id. */
export const bootKeys = (
  applied: Pick<Applied, 'plan' | 'served'> | undefined,
): ReadonlyMap<string, string> =>
  new Map(
    applied?.served.flatMap(({ planned, model }, index) => {
      const budget = applied.plan.servings[index]?.budget;
      return budget ? [[planned.id ?? model.id, flagsKey(budget)] as const] : [];
    }),
  );

const share = '--gpu-memory-utilization';

/**
 * A plan's budget with the cache that the engine itself suggested at its last start with the same flags: vLLM then need not
 * measure again, and its cache is the same at every start. What `runs` now stays as it is, since that alone is no reason
 * to restart it. Pure.
 */
export const tunedBudget = (
  budget: EngineBudget,
  boot: Boot | undefined,
  runs: EngineBudget | undefined,
): EngineBudget => {
  const { cards } = budget;
  if (!cards?.flags.includes(share)) return budget;
  const key = flagsKey(budget);
  if (runs?.cards && flagsKey(runs) === key) {
    const { flags, tunedFrom } = runs.cards;
    return tunedFrom === undefined ? budget : { ...budget, cards: { ...cards, flags, tunedFrom } };
  }
  if (runs || boot?.key !== key || boot.suggestedBytes === null) return budget;
  const bytes = ['--kv-cache-memory-bytes', String(boot.suggestedBytes)];
  const flags = changedFlags(cards.flags, { args: bytes, removeArgs: [share] });
  return { ...budget, cards: { ...cards, flags, tunedFrom: key } };
};
