import type { EngineHealth } from '../../api/engine-health.ts';
import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, Fault, ModelStatus } from '../../api/models.ts';
import { nothingSaid, readBootLine } from '../../engines/vllm/boot-log.ts';
import { withFlag } from '../../engines/vllm/flags.ts';
import { failure, isFailure, reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { ClassifiedFailure } from '../failures/classify.ts';
import { bootHealth } from './boot-health.ts';
import { afterCrash, type CrashBudget } from './crash-budget.ts';
import {
  classifiedFault,
  crashFault,
  faultOf,
  gaveUpFault,
  refusalFault,
  whyItEnded,
} from './engine-faults.ts';
import { type EngineProcess, type ProcessEnd, startEngineProcess } from './engine-process.ts';
import { type WatchTiming, watchEngine } from './engine-watch.ts';
import { modelView } from './model-view.ts';
import { oomKills } from './oom-kills.ts';
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
  | { readonly kind: 'refused'; readonly fault: Fault; readonly class: string; readonly end: ProcessEnd }
  | { readonly kind: 'crashed'; readonly end: ProcessEnd; readonly why: ClassifiedFailure };

/** vLLM answers nothing before it is ready, and gives up by itself after an hour (VLLM_ENGINE_READY_TIMEOUT_S). */
const silentStartMs: Partial<Record<ServedModel['engine']['name'], number>> = { 'vllm-native': 3_700_000 };

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
  let boot = nothingSaid;
  let retried = false;
  let shown = '';
  let session: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  const starts = (): boolean => file.phase === 'starting' || file.phase === 'loading';

  const view = (): ModelStatus =>
    modelView(model(), file, health ?? (starts() ? bootHealth(boot) : undefined));

  const change = (next: Partial<EngineStateFile>): void => {
    const since = next.phase && next.phase !== file.phase ? clock.now() : file.since;
    file = { ...file, ...next, since };
    const status = view();
    const now = JSON.stringify(status);
    if (now === shown) return;
    shown = now;
    options.onChange(status, file);
  };

  const takeLine = (line: string): void => {
    options.onLine(line);
    if (model().engine.name !== 'vllm-native' || !starts()) return;
    const next = readBootLine(boot, line);
    if (next === boot) return;
    boot = next;
    change({ phase: 'loading' });
  };

  /** Crashes of long ago no longer count once it runs. */
  const runningWell = (): Partial<EngineStateFile> => {
    const crashes = file.crashes.filter((time) => clock.now() - time < timing.budget.windowMs);
    return { phase: 'running', crashes, fault: null, class: null };
  };

  /** Watches a process to its end. */
  const watch = async (child: EngineProcess, stop: AbortSignal): Promise<Outcome> => {
    const over = new AbortController();
    const killsBefore = await oomKills(system);
    let refusal: Fault | undefined;
    let served = false;
    const hung = watchEngine(
      system,
      { endpoint: model().upstream, engine: model().engine.name },
      { ...timing.watch, silentStartMs: silentStartMs[model().engine.name] ?? timing.watch.silentStartMs },
      (said) => {
        health = said;
        served ||= said.status === 'ready';
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
    if (refusal) return { kind: 'refused', fault: refusal, class: refusal.code, end };
    const kills = await oomKills(system);
    const oomKilled = kills === undefined || killsBefore === undefined ? undefined : kills > killsBefore;
    const why = whyItEnded(end, first === 'hung', oomKilled);
    // What it cannot do now it cannot do in a moment.
    if (!served && !why.mayPass && (why.retry === null || retried)) {
      return { kind: 'refused', fault: classifiedFault(model().id, why), class: why.id, end };
    }
    const how = first === 'hung' ? 'it no longer answered and was ended' : end.how;
    return { kind: 'crashed', end: { ...end, how }, why };
  };

  /** Counts a crash and waits as long as the budget says; false when it is spent. */
  const pauseAfter = async (end: ProcessEnd, why: ClassifiedFailure, stop: AbortSignal): Promise<boolean> => {
    const { crashes, waitMs } = afterCrash(timing.budget, file.crashes, clock.now());
    const { exitCode, signal } = end;
    const spent = waitMs === undefined;
    const unknown = spent
      ? gaveUpFault(model().id, end, crashes.length, timing.budget)
      : crashFault(model().id, end, timing.budget);
    const fault = why.id === 'unclassified' ? unknown : classifiedFault(model().id, why);
    const phase = spent ? 'gave-up' : 'crashed';
    change({ phase, pid: null, exitCode, signal, crashes, class: why.id, fault });
    if (spent) return false;
    await clock.sleep(waitMs, stop).catch(() => {});
    return true;
  };

  const keep = async (stop: AbortSignal): Promise<void> => {
    let { command } = options;
    retried = false;
    while (!stop.aborted) {
      health = undefined;
      boot = nothingSaid;
      change({ phase: 'starting', attempt: file.attempt + 1 });
      await prepareSocket(system, model().upstream);
      const child = startEngineProcess(system, command, takeLine);
      change({ pid: child.pid });
      const outcome = await watch(child, stop);
      health = undefined;
      if (outcome.kind === 'refused') {
        const { exitCode, signal } = outcome.end;
        const { fault } = outcome;
        change({ phase: 'gave-up', pid: null, exitCode, signal, class: outcome.class, fault });
        return;
      }
      if (outcome.kind !== 'crashed') continue;
      const { end, why } = outcome;
      const { retry } = why;
      if (retry && !retried) {
        retried = true;
        options.onLine(`localai: started once more with ${retry.flag} ${retry.value}, as it proposed`);
        command = { ...command, argv: withFlag(command.argv, retry.flag, retry.value) };
        change({ phase: 'crashed', pid: null, class: why.id, fault: classifiedFault(model().id, why) });
      } else if (!(await pauseAfter(end, why, stop))) return;
    }
    change({ phase: 'stopped', pid: null, fault: null, class: null });
  };

  return {
    status: view,
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
