import type { Settings } from '../config/schema.ts';
import { gibibytes } from '../models/quantities.ts';
import type { PlannedModel } from './planned-model.ts';
import type { TurnRules } from './supervisor/turn-group.ts';

type RulesOf = (model: PlannedModel | undefined) => TurnRules | undefined;

/** What a model takes beside its weights: a context of some thousand tokens, and room to compute; an estimate. */
const besideWeights = (sizeBytes: number): number => sizeBytes * 1.25 + 512 * 1024 ** 2;

const isPinned = ({ 'swap.pinned': pinned }: Settings, model: PlannedModel | undefined): boolean =>
  model !== undefined && [model.id, model.reference].some((name) => name !== null && pinned.includes(name));

const rules = (settings: Settings, model: PlannedModel | undefined, group: string | undefined): TurnRules => {
  const { 'swap.residenceSeconds': residenceSeconds, 'swap.idleMinutes': idleMinutes } = settings;
  return {
    ...(group === undefined ? {} : { group }),
    ...{ pinned: isPinned(settings, model), residenceSeconds },
    ...(idleMinutes === undefined ? {} : { idleSeconds: idleMinutes * 60 }),
  };
};

/** The rules of models that have their own memory: unloaded when idle, if that was asked for. */
export const idleRules =
  (settings: Settings): RulesOf =>
  (model) =>
    settings['swap.idleMinutes'] === undefined ? undefined : rules(settings, model, undefined);

/** The rules of vLLM engines that share cards and sleep: level 1, since the plan has counted their weights in main memory. */
export const sleepRules = (
  settings: Settings,
  model: PlannedModel,
  devices: readonly string[],
): TurnRules => ({ ...rules(settings, model, `cards ${devices.join(' ')}`), sleepLevel: 1 });

/**
 * Whether several models of this machine take turns: each then has all of the memory while it is loaded. Models whose
 * size nobody knows before they are looked at are taken to fit together.
 */
export const planTurns = (
  settings: Settings,
  chains: readonly (readonly PlannedModel[])[],
  memoryBytes: number,
): { readonly turnsOf: RulesOf | undefined; readonly note: string | undefined } => {
  const { 'swap.mode': mode } = settings;
  const wanted = chains.reduce((sum, [first]) => sum + besideWeights(first?.sizeBytes ?? 0), 0);
  const fits = wanted <= memoryBytes;
  if (chains.length < 2 || mode === 'never' || (mode === 'auto' && fits)) {
    return { turnsOf: undefined, note: undefined };
  }
  const why = fits
    ? 'as swap.mode says'
    : `together they would take about ${gibibytes(wanted)} of ${gibibytes(memoryBytes)}`;
  return {
    turnsOf: (model) => rules(settings, model, 'memory'),
    note: `The models take turns: one is loaded at a time, ${why}. Requests for another one wait until it is.`,
  };
};
