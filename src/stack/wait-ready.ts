import type { ServedModel } from '../api/gateway-config.ts';
import { failure, LocalaiError } from '../errors.ts';
import type { System } from '../system/system.ts';
import { type ObservedModel, observeModels } from './observe.ts';
import type { StackRecord } from './record.ts';

const pollMs = 100;
const answerMs = 2000;

/** Done with it, for better or worse. */
const settled = ({ state }: ObservedModel): boolean => state === 'ready' || state === 'error';

/** A server that has run for so long has told its first models to load, ms. */
const begunMs = 10_000;

/** Of models that take turns one is enough; those of a server that has long run may all be unloaded. */
const allSettled = (
  seen: readonly ObservedModel[],
  models: readonly ServedModel[],
  runsForMs: number,
): boolean => {
  const groupOf = ({ id }: ObservedModel): string | undefined =>
    models.find((model) => model.id === id)?.turns?.group;
  const takesTurns = ({ id }: ObservedModel): boolean =>
    models.some((model) => model.id === id && model.turns !== undefined);
  const hasAnother = (one: ObservedModel): boolean => {
    const group = groupOf(one);
    return group !== undefined && seen.some((other) => groupOf(other) === group && settled(other));
  };
  return seen.every(
    (one) =>
      settled(one) ||
      (one.state === 'stopped' && takesTurns(one) && (hasAnother(one) || runsForMs > begunMs)),
  );
};

/**
 * Waits until every model is ready, however long it loads. Throws the engine's own error when one cannot be loaded,
 * START_FAILED when the server ends meanwhile.
 */
export const waitReady = async (
  system: System,
  record: StackRecord,
  models: readonly ServedModel[],
  stateFolder: string | undefined,
  onChange: (models: readonly ObservedModel[]) => void,
  signal: AbortSignal,
): Promise<readonly ObservedModel[]> => {
  for (;;) {
    const seen = await observeModels(system, models, stateFolder, answerMs);
    onChange(seen);
    if (allSettled(seen, models, system.clock.now() - record.startedAt)) {
      const fault = seen.find(({ state }) => state === 'error')?.fault;
      if (fault) throw LocalaiError.from(fault);
      return seen;
    }
    if (!(await system.processes.isAlive(record.process))) {
      throw failure('START_FAILED', { problem: 'it was ended while the model was loading' });
    }
    await system.clock.sleep(pollMs, signal);
  }
};
