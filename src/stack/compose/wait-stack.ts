import type { ServedModel } from '../../api/gateway-config.ts';
import { failure, LocalaiError } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { StepProgress } from '../step.ts';
import { bootOf, keepBoot } from './boots.ts';
import { stackContainers } from './containers.ts';
import type { StackAddress } from './docker.ts';
import { observeStack, type StackModel } from './observe-stack.ts';
import type { StackPlaces } from './places.ts';

const pollMs = 500;

/** Docker is asked less often than files are read, ms. */
const dockerMs = 5000;

/** Done with it, for better or worse. */
const settled = ({ state }: StackModel): boolean => state === 'ready' || state === 'error';

/** Whoever crashed has said why: nothing is gained by watching it crash twice more. */
const faultIn = (models: readonly StackModel[]): LocalaiError | undefined => {
  const fault = models.find((one) => one.fault !== null)?.fault;
  return fault ? LocalaiError.from(fault) : undefined;
};

const line = ({ id, phase, state }: StackModel): string => `${id}: ${phase ?? state}`;

/** A container that is gone or stands still will write nothing more. */
const checkContainers = async (system: System, stack: StackAddress): Promise<void> => {
  const containers = await stackContainers(system, stack);
  if (containers === undefined) return;
  const ended = containers.find(
    ({ service, state }) => service.startsWith('vllm-') && (state === 'exited' || state === 'dead'),
  );
  if (ended) throw failure('START_FAILED', { problem: `the container of ${ended.service} was stopped` });
  if (containers.length === 0) throw failure('START_FAILED', { problem: 'its containers were removed' });
};

/** What starts came to, kept for the next one: how long it took, and what the engine found of its memory. */
const keepBoots = async (
  system: System,
  places: StackPlaces,
  models: readonly StackModel[],
  startedAt: ReadonlyMap<string, number>,
  keys: ReadonlyMap<string, string>,
): Promise<void> => {
  for (const { id, boot, since } of models) {
    const started = startedAt.get(id);
    if (since === null || started === undefined) continue;
    const kept = bootOf(keys.get(id) ?? '', Math.round((since - started) / 1000), system.clock.now(), boot);
    await keepBoot(system, places.bootsFile, id, kept);
  }
};

/**
 * Waits until every engine answers, and keeps what its start came to; `keys`: the plan's flags, by model. Throws the reason why one ended, as soon as it is known, and START_FAILED when its
 * container is stopped meanwhile.
 */
export const waitStack = async (
  system: System,
  stack: StackAddress,
  places: StackPlaces,
  models: readonly ServedModel[],
  keys: ReadonlyMap<string, string>,
  progress: StepProgress,
  signal: AbortSignal,
): Promise<readonly StackModel[]> => {
  const startedAt = new Map<string, number>();
  let asked = system.clock.monotonic();
  for (;;) {
    const seen = await observeStack(system, places, models);
    for (const { id, state, since, phase } of seen) {
      // Its program began when the phase before `running` did.
      if (state === 'loading' && since !== null && phase !== null) startedAt.set(id, since);
    }
    const fault = faultIn(seen);
    if (fault) throw fault;
    if (seen.every(settled)) {
      await keepBoots(system, places, seen, startedAt, keys);
      return seen;
    }
    const busy = seen.filter((one) => !settled(one));
    progress.status(busy.map(line).join('; '));
    if (system.clock.monotonic() - asked > dockerMs) {
      await checkContainers(system, stack);
      asked = system.clock.monotonic();
    }
    await system.clock.sleep(pollMs, signal);
  }
};
