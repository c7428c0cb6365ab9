import type { GatewayConfig } from '../../api/gateway-config.ts';
import { nearest } from '../../config/nearest.ts';
import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { readApplied } from '../applied.ts';
import { readGatewayFile } from '../gateway-file.ts';
import type { Step } from '../step.ts';
import { engineStateFile } from '../supervisor/engine-files.ts';
import { serviceOf } from './clean-sheet.ts';
import { compose } from './docker.ts';
import { stackPlaces } from './places.ts';
import { readComposeRecord } from './record.ts';
import { addressOf } from './stop-stack.ts';
import { bootKeys } from './tuned-flags.ts';
import { waitStack } from './wait-stack.ts';

type Entry = GatewayConfig['models'][number];

/** The models that a word means: an id, a service or a role. Throws SERVED_MODEL_UNKNOWN. */
const meant = (models: readonly Entry[], word: string | undefined): readonly Entry[] => {
  if (word === undefined) return models;
  const found = models.filter(
    (model) => model.id === word || serviceOf(model) === word || model.roles.some((role) => role === word),
  );
  if (found.length > 0) return found;
  const near = nearest(
    word,
    models.map(({ id }) => id),
  );
  throw failure('SERVED_MODEL_UNKNOWN', {
    model: word,
    nearest: near === undefined ? '' : `Did you mean ${near}? `,
  });
};

/**
 * The steps that start engines of the Compose stack again, with a clean sheet: what crashed before no longer counts. All of
 * them and the gateway, or those of one model. Throws NOT_RUNNING and SERVED_MODEL_UNKNOWN.
 */
export const restartStackSteps = async (
  system: System,
  paths: Paths,
  word: string | undefined,
  onServing: () => Promise<void>,
): Promise<readonly Step[]> => {
  const record = await readComposeRecord(system, paths);
  const places = stackPlaces(paths);
  const file = await readGatewayFile(system, places.gatewayFile);
  if (!record || !file) throw failure('NOT_RUNNING', {});
  const models = meant(file.config.models, word);
  const services = models.map(serviceOf);
  const stack = addressOf(record);
  return [
    {
      title: `Containers ${services.join(', ')}`,
      run: async (progress, signal) => {
        await compose(system, stack, ['stop', '--timeout', '30', ...services], { signal });
        for (const { id } of models) await system.files.remove(engineStateFile(places.state, id));
        progress.status('starting');
        const all = word === undefined ? ['gateway', ...services] : services;
        if (word === undefined) await compose(system, stack, ['restart', 'gateway'], { signal });
        await compose(system, stack, ['up', '--detach', '--no-build', '--pull', 'never', ...all], { signal });
        await onServing();
      },
    },
    {
      title: models.length > 1 ? 'Loading the models' : 'Loading the model',
      run: async (progress, signal) => {
        const applied = await readApplied(system, paths);
        await waitStack(system, stack, places, models, bootKeys(applied), progress, signal);
      },
    },
  ];
};
