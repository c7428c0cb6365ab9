import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, ModelControl, ModelEvent, ModelStatus } from '../../api/models.ts';
import { failure, LocalaiError } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { createBroadcast } from './broadcast.ts';
import { defaultCrashBudget } from './crash-budget.ts';
import { type KeeperTiming, unstarted } from './engine-keeper.ts';
import { writeEngineState } from './engine-state.ts';
import { defaultWatchTiming } from './engine-watch.ts';
import { createEntry, type Entry, type EntryParts, endEntry, hasSameEngine, statusOf } from './entry.ts';
import { statusInTurn } from './in-turn.ts';
import { type ModelUse, unused } from './model-use.ts';
import { turnMember, turnRulesOf } from './turn-member.ts';
import { Turns } from './turns.ts';

export interface SupervisorOptions {
  readonly system: System;
  readonly models: readonly ServedModel[];
  /** Where engine states are kept; undefined: they are not. */
  readonly stateFolder: string | undefined;
  /** Where the engines' own lines go; undefined: to `log`. */
  readonly logsFolder: string | undefined;
  /** Takes one line per change of a model's state. */
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly timing?: Partial<KeeperTiming>;
}

export interface Supervisor extends ModelControl {
  /**
   * Starts every engine that we are to start; resolves once what an earlier supervisor left written of them is
   * overwritten, so that nobody takes it for news.
   */
  start(use?: ModelUse): Promise<void>;
  /**
   * Serves these models from now on. Engines of the same id, command and address go on; those that are gone or changed
   * end once `drained` says that nobody uses them, and after that the new ones are started, since both may not fit beside
   * each other. Resolves when that is done.
   */
  change(models: readonly ServedModel[], drained: (id: string) => Promise<void>): Promise<void>;
  /** Ends every engine; resolves when their processes are gone. */
  stop(): Promise<void>;
}

/** How long answers that have begun may go on when the memory is wanted for another model, ms. */
const drainMs = 10 * 60_000;

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
  let stopping = false;
  const over = new AbortController();
  let writing: Promise<unknown> = Promise.resolve();
  /** A state folder that cannot be written costs `status` its details, not the model. */
  const keep = (id: string, file: EngineStateFile): void => {
    if (stateFolder === undefined) return;
    writing = writing.then(() => writeEngineState(system, stateFolder, id, file)).catch(() => {});
  };

  const parts: EntryParts = {
    ...{ system, timing, stateFolder, logsFolder: options.logsFolder, log: options.log },
    onChange: (status, file, of) => {
      // How the last days of an engine are that another one follows is of no interest.
      if (leaving.includes(of) && entries.some(({ model }) => model.id === status.id)) return;
      if (file) keep(status.id, file);
      if (file && status.state === 'loading') keepOut(of);
      if (!file && status.state !== 'ready') isDown(of);
      broadcast.send({ type: 'model', model: entries.includes(of) ? seen(of) : status });
    },
  };

  const turns = new Turns({
    clock: system.clock,
    members: () =>
      entries.flatMap((one) => {
        const rules = turnRulesOf(one);
        return rules ? [turnMember(system, one, rules, () => engineReady(one), over.signal)] : [];
      }),
    onChange: (id) => {
      const changed = entries.find(({ model }) => model.id === id);
      if (changed) broadcast.send({ type: 'model', model: seen(changed) });
    },
    tickMs: 1000,
    drainMs,
  });
  /** One that ended in its sleep is not started again before its turn: its memory is another's now. */
  const keepOut = (one: Entry): void => {
    const { is } = turns.standing(one.model.id);
    if (turnRulesOf(one) && (is === 'out' || is === 'wanted')) void one.keeper.stop();
  };

  /** A container that takes turns and starts again sleeps once it is up, until it is woken. */
  const isDown = (one: Entry): void => {
    if (one.sleep !== 'awake' || !turnRulesOf(one)) return;
    one.sleep = 'asleep';
    turns.gone(one.model.id);
  };

  const seen = (one: Entry): ModelStatus => statusInTurn(one, turns);

  let entries: readonly Entry[] = options.models.map((model) => createEntry(parts, model));
  /** Those that are no longer served and still run. */
  let leaving: readonly Entry[] = [];

  const entry = (id: string): Entry => {
    const found = entries.find(({ model }) => model.id === id);
    if (!found) throw failure('SERVED_MODEL_UNKNOWN', { model: id, nearest: '' });
    return found;
  };

  const unload = async (id: string): Promise<void> => {
    const found = entry(id);
    if (turnRulesOf(found)) await turns.release(id);
    else await found.keeper.stop();
  };

  const list = (): readonly ModelStatus[] => {
    const served = entries.map(seen);
    const gone = leaving.filter(({ model }) => !entries.some((other) => other.model.id === model.id));
    return [...served, ...gone.map(statusOf)];
  };

  const start = (one: Entry): void => {
    if (!stopping) one.keeper.start();
  };

  /** Changes whose engines have not all ended yet. */
  let changing: Promise<unknown> = Promise.resolve();

  const change = async (
    models: readonly ServedModel[],
    drained: (id: string) => Promise<void>,
  ): Promise<void> => {
    const before = entries;
    entries = models.map((model) => {
      const same = before.find((other) => hasSameEngine(other.model, model));
      if (!same) return createEntry(parts, model, true);
      same.model = model;
      return same;
    });
    const gone = before.filter((one) => !entries.includes(one));
    leaving = [...leaving, ...gone];
    for (const model of list()) broadcast.send({ type: 'model', model });
    await Promise.all(
      gone.map(async (one) => {
        if (one.model.engine.command) await drained(one.model.id);
        await endEntry(one);
      }),
    );
    leaving = leaving.filter((one) => !gone.includes(one));
    for (const { model } of gone) turns.gone(model.id);
    // Those of another change may still be in the way.
    if (leaving.length > 0) return;
    for (const one of entries) {
      one.waits = false;
      if (turnRulesOf(one) === undefined && one.keeper.status().state === 'stopped') start(one);
    }
    if (!stopping) turns.fill();
    // Whoever waited for one that has no turn yet asks again.
    for (const model of list()) broadcast.send({ type: 'model', model });
  };

  /** Resolves once what `look` says is ready; `begin` is done when the changes are listened for. */
  const untilReady = async (
    id: string,
    look: () => ModelStatus,
    signal: AbortSignal,
    begin: () => void,
  ): Promise<void> => {
    const changes = broadcast.listen(signal);
    try {
      signal.throwIfAborted();
      begin();
      if (isReady(look())) return;
      for await (const { model } of changes) {
        if (model.id !== id) continue;
        const now = look();
        if (isReady(now)) return;
        if (now.state === 'stopped' || now.state === 'sleeping') break;
      }
      signal.throwIfAborted();
      throw errorOf(look());
    } finally {
      await changes.return?.();
    }
  };

  /** For those whose turn it is: how the engine is, whatever is planned for it. */
  const engineReady = (one: Entry): Promise<void> =>
    untilReady(
      one.model.id,
      () => statusOf(one),
      new AbortController().signal,
      () => {},
    );

  return {
    list,
    ensureReady: async (id, signal) => {
      const found = entry(id);
      await untilReady(
        id,
        () => seen(found),
        signal,
        () => {
          if (turnRulesOf(found)) turns.want(id);
          else if (statusOf(found).state === 'stopped') found.keeper.start();
        },
      );
    },
    // The embedded engine gives nothing back while its process lives (reference: 20 rounds of unloading kept 33 MB).
    sleep: unload,
    unload,
    events: () => broadcast.listen(),
    start: async (use = unused) => {
      for (const one of entries) {
        if (turnRulesOf(one) === undefined) one.keeper.start();
        else if (one.model.engine.command) keep(one.model.id, unstarted(system.clock.now()));
      }
      turns.start(use);
      await writing;
    },
    change: (models, drained) => {
      const done = change(models, drained);
      changing = Promise.allSettled([changing, done]);
      return done;
    },
    stop: async () => {
      stopping = true;
      turns.stop();
      over.abort();
      await Promise.all([...entries, ...leaving].map(endEntry));
      await changing;
      await writing;
      broadcast.end();
    },
  };
};
