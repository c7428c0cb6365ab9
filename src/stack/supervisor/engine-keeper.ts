import type { EngineHealth } from '../../api/engine-health.ts';
import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, Fault, ModelStatus } from '../../api/models.ts';
import { failure, isFailure, reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { afterCrash, type CrashBudget } from './crash-budget.ts';
import { crashFault, faultOf, gaveUpFault, refusalFault } from './engine-faults.ts';
import { type EngineProcess, type ProcessEnd, startEngineProcess } from './engine-process.ts';
import { type WatchTiming, watchEngine } from './engine-watch.ts';
import { modelView } from './model-view.ts';
import { prepareSocket } from './sockets.ts';

export interface KeeperTiming {
  readonly watch: WatchTiming;
  readonly budget: CrashBudget;
  /** How long an engine may take to end by itself, ms. */
  readonly stopMs: number;
}

export interface KeeperOptions {
  readonly system: System;
  /** As gateway.yaml has it by now; what concerns its engine stays the same. */
  readonly model: () => ServedModel;
  readonly command: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };
  readonly timing: KeeperTiming;
  /** Takes each line that the engine writes. */
  readonly onLine: (line: string) => void;
  /** Told of every change; `file` is what is to be kept of it. */
  readonly onChange: (status: ModelStatus, file: EngineStateFile) => void;
}

/** Keeps the engine of one model running. */
export interface Keeper {
  status(): ModelStatus;
  /** Starts the engine unless it is running or on its way. */
  start(): void;
  /** Ends the engine and resolves when its process is gone. */
  stop(): Promise<void>;
}

/** How one run of an engine's process came to its end. */
type Outcome =
  | { readonly kind: 'stopped' }
  /** It said itself that it cannot load; trying again changes nothing. */
  | { readonly kind: 'refused'; readonly fault: Fault; readonly end: ProcessEnd }
  | { readonly kind: 'crashed'; readonly end: ProcessEnd };

/** What is kept of an engine that was never started. */
export const unstarted = (now: number): EngineStateFile => ({
  schemaVersion: 1,
  phase: 'stopped',
  attempt: 0,
  pid: null,
  exitCode: null,
  signal: null,
  class: null,
  crashes: [],
  since: now,
  fault: null,
});

export const createKeeper = (options: KeeperOptions): Keeper => {
  const { system, model, timing } = options;
  const { clock } = system;
  let file = unstarted(clock.now());
  let health: EngineHealth | undefined;
  let shown = '';
  let session: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  const change = (next: Partial<EngineStateFile>): void => {
    const since = next.phase && next.phase !== file.phase ? clock.now() : file.since;
    file = { ...file, ...next, since };
    const status = modelView(model(), file, health);
    const now = JSON.stringify(status);
    if (now === shown) return;
    shown = now;
    options.onChange(status, file);
  };

  /** Crashes of long ago no longer count once it runs. */
  const runningWell = (): Partial<EngineStateFile> => {
    const crashes = file.crashes.filter((time) => clock.now() - time < timing.budget.windowMs);
    return { phase: 'running', crashes, fault: null, class: null };
  };

  /** Watches a process to its end. */
  const watch = async (child: EngineProcess, stop: AbortSignal): Promise<Outcome> => {
    const over = new AbortController();
    let refusal: Fault | undefined;
    const hung = watchEngine(
      system,
      { endpoint: model().upstream, engine: model().engine.name },
      timing.watch,
      (said) => {
        health = said;
        if (said.status === 'failed') {
          refusal = refusalFault(model().id, said);
          over.abort();
        } else {
          change(said.status === 'ready' ? runningWell() : { phase: 'loading' });
        }
      },
      AbortSignal.any([over.signal, stop]),
    );
    const first = await Promise.race([
      child.ended.then(() => 'ended'),
      hung.then((is) => (is ? 'hung' : 'stop')),
    ]);
    over.abort();
    if (first !== 'ended') await child.stop(first === 'hung' ? 0 : timing.stopMs);
    const end = await child.ended;
    if (stop.aborted) return { kind: 'stopped' };
    if (refusal) return { kind: 'refused', fault: refusal, end };
    const how = first === 'hung' ? 'it no longer answered and was ended' : end.how;
    return { kind: 'crashed', end: { ...end, how } };
  };

  /** Counts a crash and waits as long as the budget says; false when it is spent. */
  const pauseAfter = async (end: ProcessEnd, stop: AbortSignal): Promise<boolean> => {
    const { crashes, waitMs } = afterCrash(timing.budget, file.crashes, clock.now());
    const { exitCode, signal } = end;
    const spent = waitMs === undefined;
    const fault = spent
      ? gaveUpFault(model().id, end, crashes.length, timing.budget)
      : crashFault(model().id, end, timing.budget);
    const phase = spent ? 'gave-up' : 'crashed';
    change({ phase, pid: null, exitCode, signal, crashes, class: fault.code, fault });
    if (spent) return false;
    await clock.sleep(waitMs, stop).catch(() => {});
    return true;
  };

  const keep = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      health = undefined;
      change({ phase: 'starting', attempt: file.attempt + 1 });
      await prepareSocket(system, model().upstream);
      const child = startEngineProcess(system, options.command, options.onLine);
      change({ pid: child.pid });
      const outcome = await watch(child, stop);
      health = undefined;
      if (outcome.kind === 'refused') {
        const { exitCode, signal } = outcome.end;
        const { fault } = outcome;
        change({ phase: 'gave-up', pid: null, exitCode, signal, class: fault.code, fault });
        return;
      }
      if (outcome.kind === 'crashed' && !(await pauseAfter(outcome.end, stop))) return;
    }
    change({ phase: 'stopped', pid: null, fault: null, class: null });
  };

  return {
    status: () => modelView(model(), file, health),
    start: () => {
      if (session) return;
      file = unstarted(clock.now());
      const stop = new AbortController();
      const done = keep(stop.signal)
        .catch((caught: unknown) => {
          const error = isFailure(caught) ? caught : failure('BUG', { problem: reason(caught) }, caught);
          change({ phase: 'gave-up', pid: null, class: error.code, fault: faultOf(error) });
        })
        .finally(() => {
          session = undefined;
        });
      session = { stop, done };
    },
    stop: async () => {
      session?.stop.abort();
      await session?.done;
    },
  };
};
