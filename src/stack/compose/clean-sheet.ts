import type { ServedModel } from '../../api/gateway-config.ts';
import type { System } from '../../system/system.ts';
import { engineStateFile } from '../supervisor/engine-files.ts';
import { readEngineState } from '../supervisor/engine-state.ts';
import type { StackContainer } from './containers.ts';
import { compose, type StackAddress } from './docker.ts';
import type { StackPlaces } from './places.ts';

/** The service that serves a model. */
export const serviceOf = ({ upstream }: Pick<ServedModel, 'upstream'>): string =>
  'url' in upstream ? new URL(upstream.url).hostname : '';

/**
 * Before a start: what an engine left behind that does not run any more is no news, and one that was left alone after its
 * crashes is tried again. Those that run well are not touched.
 */
export const clearStates = async (
  system: System,
  stack: StackAddress,
  places: StackPlaces,
  models: readonly ServedModel[],
  containers: readonly StackContainer[],
): Promise<void> => {
  for (const model of models) {
    const service = serviceOf(model);
    const runs = containers.some((one) => one.service === service && one.state === 'running');
    const state = await readEngineState(system, places.state, model.id);
    const failed = state?.phase === 'crashed' || state?.phase === 'gave-up';
    if (runs && !failed) continue;
    if (runs) await compose(system, stack, ['stop', '--timeout', '30', service]);
    await system.files.remove(engineStateFile(places.state, model.id));
  }
};
