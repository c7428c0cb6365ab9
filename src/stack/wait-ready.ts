import type { ServedModel } from '../api/gateway-config.ts';
import { failure, LocalaiError } from '../errors.ts';
import type { System } from '../system/system.ts';
import { type ObservedModel, observeModels } from './observe.ts';
import type { StackRecord } from './record.ts';

const pollMs = 100;
const answerMs = 2000;

/** Done with it, for better or worse. */
const settled = ({ state }: ObservedModel): boolean => state === 'ready' || state === 'error';

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
    if (seen.every(settled)) {
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
