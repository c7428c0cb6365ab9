import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, ModelStatus } from '../../api/models.ts';
import type { System } from '../../system/system.ts';
import { createStateKeeper } from '../compose/state-keeper.ts';
import { type LogFile, openLogFile } from '../log-file.ts';
import { engineLogFile } from './engine-files.ts';
import { createKeeper, type Keeper, type KeeperTiming } from './engine-keeper.ts';
import { startsWithDate } from './engine-process.ts';
import { modelView } from './model-view.ts';

/** A model and who keeps its engine running. */
export interface Entry {
  /** As gateway.yaml has it by now. */
  model: ServedModel;
  readonly keeper: Keeper;
  readonly log: LogFile | undefined;
  /** Whether it may not be started yet, since an engine before it has not ended. */
  waits: boolean;
  /** How an engine is that sleeps in place of ending. */
  sleep: 'awake' | 'asleep' | 'waking';
  /** Resolves when it is awake again. */
  waking: Promise<void> | undefined;
}

export interface EntryParts {
  readonly system: System;
  /** Where the engine's own lines go; undefined: to `log`. */
  readonly logsFolder: string | undefined;
  /** Where states of engines are; undefined: nowhere. */
  readonly stateFolder: string | undefined;
  readonly timing: KeeperTiming;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Told of every change; `file` is what is to be kept of it; absent where somebody else keeps it. */
  readonly onChange: (status: ModelStatus, file: EngineStateFile | undefined, of: Entry) => void;
}

const engineLog = { maxBytes: 10 * 1024 * 1024, keepFiles: 3 };

/** Our own engines date their lines themselves. */
const dated = (line: string, now: number): string =>
  startsWithDate.test(line) ? line : `${new Date(now).toISOString()} ${line}`;

/** For an engine that somebody else starts: taken to be there, since a request finds out at once if it is not. */
const passiveKeeper = (model: () => ServedModel): Keeper => ({
  status: () => ({ ...modelView(model(), undefined, undefined), state: 'ready' }),
  start: () => {},
  stop: async () => {},
});

const keeperOf = (parts: EntryParts, entry: () => Entry, first: ServedModel): Keeper => {
  const { system, timing, log, onChange, stateFolder, logsFolder } = parts;
  const { command, name } = first.engine;
  const model = (): ServedModel => entry().model;
  if (!command && name === 'vllm-compose' && stateFolder !== undefined && logsFolder !== undefined) {
    const say = (status: ModelStatus): void => onChange(status, undefined, entry());
    return createStateKeeper({ system, model, first, stateFolder, logsFolder, onChange: say });
  }
  if (!command) return passiveKeeper(model);
  let logged = '';
  return createKeeper({
    ...{ system, model, command, timing },
    onLine: (line) => {
      const file = entry().log;
      if (file) file.write(dated(line, system.clock.now()));
      else log(line, { model: model().id });
    },
    onChange: (status, state) => {
      const { id, pid, fault } = status;
      if (status.state !== logged) {
        log('model', { model: id, state: status.state, pid, fault: fault?.message });
      }
      logged = status.state;
      // One that ended in its sleep sleeps no more.
      if (status.state !== 'ready' && entry().sleep === 'asleep') entry().sleep = 'awake';
      onChange(status, state, entry());
    },
  });
};

/** `waits`: its engine is not to be started yet. */
export const createEntry = (parts: EntryParts, model: ServedModel, waits = false): Entry => {
  const { system, logsFolder } = parts;
  const isOurs = model.engine.command !== undefined;
  const log =
    isOurs && logsFolder !== undefined
      ? openLogFile(system.files, system.clock, engineLogFile(logsFolder, model.id), engineLog)
      : undefined;
  const entry: Entry = {
    model,
    log,
    keeper: keeperOf(parts, () => entry, model),
    waits: waits && isOurs,
    // One that somebody else starts is asked how it is when its turn has come.
    sleep: !isOurs && model.turns?.sleepLevel !== undefined ? 'asleep' : 'awake',
    waking: undefined,
  };
  return entry;
};

/** Whether a model is served by the very same engine as another. */
export const hasSameEngine = (one: ServedModel, other: ServedModel): boolean =>
  one.id === other.id && identityOf(one) === identityOf(other);

/** What an engine is; whether and with whom it takes turns belongs to it, how long it stays does not. */
const identityOf = ({ upstream, engine, turns }: ServedModel): string =>
  JSON.stringify([upstream, engine, turns && [turns.group ?? null, turns.sleepLevel ?? null]]);

export const statusOf = ({ keeper, waits }: Entry): ModelStatus => {
  const status = keeper.status();
  return waits ? { ...status, state: 'loading', phase: 'the engine before it is ending' } : status;
};

/** Ends its engine; resolves when its process is gone. */
export const endEntry = async ({ keeper, log }: Entry): Promise<void> => {
  await keeper.stop();
  await log?.close();
};
