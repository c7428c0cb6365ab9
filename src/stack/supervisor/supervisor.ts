import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, ModelControl, ModelEvent, ModelStatus } from '../../api/models.ts';
import { failure, LocalaiError } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { type LogFile, openLogFile } from '../log-file.ts';
import { createBroadcast } from './broadcast.ts';
import { defaultCrashBudget } from './crash-budget.ts';
import { engineLogFile } from './engine-files.ts';
import { createKeeper, type Keeper, type KeeperTiming } from './engine-keeper.ts';
import { startsWithDate } from './engine-process.ts';
import { writeEngineState } from './engine-state.ts';
import { defaultWatchTiming } from './engine-watch.ts';
import { modelView } from './model-view.ts';

export interface SupervisorOptions {
  readonly system: System;
  readonly models: readonly ServedModel[];
  readonly stateFolder: string;
  readonly logsFolder: string;
  /** Takes one line per change of a model's state. */
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly timing?: Partial<KeeperTiming>;
}

export interface Supervisor extends ModelControl {
  /**
   * Starts every engine that we are to start; resolves once what an earlier supervisor left written of them is
   * overwritten, so that nobody takes it for news.
   */
  start(): Promise<void>;
  /** Ends every engine; resolves when their processes are gone. */
  stop(): Promise<void>;
}

const engineLog = { maxBytes: 10 * 1024 * 1024, keepFiles: 3 };

/** Our own engines date their lines themselves. */
const dated = (line: string, now: number): string =>
  startsWithDate.test(line) ? line : `${new Date(now).toISOString()} ${line}`;

/** An error of the registry that says what the engine said. */
const errorOf = (model: ModelStatus): LocalaiError =>
  model.fault === null
    ? failure('ENGINE_LOAD', { model: model.id, problem: 'its engine was stopped' })
    : LocalaiError.from(model.fault);

/** Whether it is ready; throws when it will not be. A model that was just told to start is still `stopped`. */
const isReady = (model: ModelStatus): boolean => {
  if (model.state === 'error') throw errorOf(model);
  return model.state === 'ready';
};

interface Entry {
  readonly model: ServedModel;
  readonly keeper: Keeper;
  readonly log?: LogFile;
}

/** For an engine that somebody else starts: taken to be there, since a request finds out at once if it is not. */
const passiveKeeper = (model: ServedModel): Keeper => {
  const status: ModelStatus = { ...modelView(model, undefined, undefined), state: 'ready' };
  return { status: () => status, start: () => {}, stop: async () => {} };
};

/** Keeps the engines of a host running and is the gateway's way to them. */
export const createSupervisor = (options: SupervisorOptions): Supervisor => {
  const { system, stateFolder } = options;
  const broadcast = createBroadcast<ModelEvent>();
  const timing: KeeperTiming = {
    watch: defaultWatchTiming,
    budget: defaultCrashBudget,
    stopMs: 10_000,
    ...options.timing,
  };
  let writing: Promise<unknown> = Promise.resolve();
  /** A state folder that cannot be written costs `status` its details, not the model. */
  const keep = (model: ServedModel, file: EngineStateFile): void => {
    writing = writing.then(() => writeEngineState(system, stateFolder, model.id, file)).catch(() => {});
  };

  const entryOf = (model: ServedModel): Entry => {
    const { command } = model.engine;
    if (!command) return { model, keeper: passiveKeeper(model) };
    const path = engineLogFile(options.logsFolder, model.id);
    const log = openLogFile(system.files, system.clock, path, engineLog);
    let logged = '';
    const keeper = createKeeper({
      system,
      model,
      command,
      timing,
      onLine: (line) => log.write(dated(line, system.clock.now())),
      onChange: (status, file) => {
        const { state, pid, fault } = status;
        if (state !== logged) options.log('model', { model: model.id, state, pid, fault: fault?.message });
        logged = state;
        keep(model, file);
        broadcast.send({ type: 'model', model: status });
      },
    });
    return { model, keeper, log };
  };

  const entries = options.models.map(entryOf);

  const entry = (id: string): Entry => {
    const found = entries.find(({ model }) => model.id === id);
    if (!found) throw failure('SERVED_MODEL_UNKNOWN', { model: id, nearest: '' });
    return found;
  };

  const unload = (id: string): Promise<void> => entry(id).keeper.stop();

  return {
    list: () => entries.map(({ keeper }) => keeper.status()),
    ensureReady: async (id, signal) => {
      const { keeper } = entry(id);
      const changes = broadcast.listen(signal);
      try {
        signal.throwIfAborted();
        if (keeper.status().state === 'stopped') keeper.start();
        if (isReady(keeper.status())) return;
        for await (const { model } of changes) {
          if (model.id !== id) continue;
          if (isReady(model)) return;
          if (model.state === 'stopped') break;
        }
        signal.throwIfAborted();
        throw errorOf(keeper.status());
      } finally {
        await changes.return?.();
      }
    },
    // The embedded engine gives nothing back while its process lives (reference: 20 rounds of unloading kept 33 MB).
    sleep: unload,
    unload,
    events: () => broadcast.listen(),
    start: async () => {
      for (const { keeper } of entries) keeper.start();
      await writing;
    },
    stop: async () => {
      await Promise.all(
        entries.map(async ({ keeper, log }) => {
          await keeper.stop();
          await log?.close();
        }),
      );
      await writing;
      broadcast.end();
    },
  };
};
