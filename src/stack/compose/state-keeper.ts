import type { ServedModel } from '../../api/gateway-config.ts';
import type { ModelStatus } from '../../api/models.ts';
import type { System } from '../../system/system.ts';
import type { Keeper } from '../supervisor/engine-keeper.ts';
import { observeStack } from './observe-stack.ts';

/** How often the state is read, ms: a request that comes too early is told of the start at most so much too long. */
const pollMs = 1000;

export interface StateKeeperOptions {
  readonly system: System;
  /** As gateway.yaml has it by now. */
  readonly model: () => ServedModel;
  /** As it had it at the start. */
  readonly first: ServedModel;
  /** Where engine-run's states and logs are mounted. */
  readonly stateFolder: string;
  readonly logsFolder: string;
  readonly onChange: (status: ModelStatus) => void;
}

/**
 * Follows an engine of the Compose stack, which `engine-run` keeps in its own container: by the state and the log that it
 * writes. It starts and ends nothing, since Docker does that; `stop` ends the following.
 */
export const createStateKeeper = (options: StateKeeperOptions): Keeper => {
  const { system, model, first, stateFolder, logsFolder } = options;
  const places = { state: stateFolder, logs: logsFolder, bootsFile: '' };
  let status: ModelStatus = {
    ...{ id: first.id, roles: first.roles, state: 'loading', engine: first.engine.name },
    ...{ backend: null, file: first.engine.file, context: first.contextWindow ?? null },
    ...{ tokensPerSecond: null, phase: 'starting', fault: null, pid: null, restarts: 0 },
  };
  const over = new AbortController();

  const look = async (): Promise<void> => {
    const [seen] = await observeStack(system, places, [model()]);
    if (!seen) return;
    const {
      boot: _boot,
      lastBoot: _last,
      since: _since,
      memoryBytes: _memory,
      notes: _notes,
      ...next
    } = seen;
    const { threads: _threads, ...shown } = next;
    // One that crashed and is started again is on its way; only one that was given up is lost.
    const settled = shown.state === 'error' ? shown : { ...shown, fault: null };
    const changed = JSON.stringify(settled) !== JSON.stringify(status);
    status = settled;
    if (changed) options.onChange(status);
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      // What cannot be read now may be read the next time.
      await look().catch(() => {});
      await system.clock.sleep(pollMs, signal).catch(() => {});
    }
  };

  void follow(over.signal);
  return {
    status: () => status,
    start: () => {},
    stop: async () => over.abort(),
  };
};
