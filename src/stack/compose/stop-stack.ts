import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { whatIsLeft } from './containers.ts';
import { compose, type StackAddress } from './docker.ts';
import { stackPlaces } from './places.ts';
import { type ComposeRecord, projectOf, readComposeRecord, removeComposeRecord } from './record.ts';

/** The stack as a record has it. */
export const addressOf = ({ folder, project, gateway }: ComposeRecord): StackAddress => ({
  ...{ folder, project, host: gateway.host, port: gateway.port },
});

/** Engines get 30 s to end, so that a card's memory is given back in order. */
const graceSeconds = 30;

/** What there may be of a stack without a record: an `up` that was killed before it could write one. */
const halfMade = async (system: System, paths: Paths): Promise<StackAddress | undefined> => {
  const { folder, composeFile } = stackPlaces(paths);
  if (!(await system.files.stat(composeFile))) return undefined;
  const project = projectOf(paths);
  const left = await whatIsLeft(system, project).catch(() => []);
  return left.length === 0 ? undefined : { folder, project, host: '127.0.0.1', port: 0 };
};

/** The Compose stack of this home, whether it was started to its end or not; undefined when there is none. */
const findStack = async (system: System, paths: Paths): Promise<StackAddress | undefined> => {
  const record = await readComposeRecord(system, paths);
  return record ? addressOf(record) : halfMade(system, paths);
};

/**
 * Ends the Compose stack and checks that containers and networks are gone. What containers keep lies in folders and stays;
 * with `volumes` that goes too: caches, logs, states and the gateway's counters, never models. Returns whether there was
 * anything. Throws STACK_LEFT, DOCKER_DOWN and what else Docker may say.
 */
export const stopStack = async (system: System, paths: Paths, volumes: boolean): Promise<boolean> => {
  const stack = await findStack(system, paths);
  if (stack) {
    // By its name alone: files that were edited or removed must not keep it from ending.
    await compose(system, { ...stack, folder: '/' }, [
      ...['down', '--remove-orphans', '--timeout', String(graceSeconds)],
    ]);
    const left = await whatIsLeft(system, stack.project);
    if (left.length > 0) {
      throw failure('STACK_LEFT', { left: left.join(', '), project: stack.project });
    }
    await removeComposeRecord(system, paths);
  }
  if (volumes) {
    const { cache, logs, state, data } = stackPlaces(paths);
    for (const folder of [cache, logs, state, data]) await system.files.remove(folder);
  }
  return stack !== undefined;
};
