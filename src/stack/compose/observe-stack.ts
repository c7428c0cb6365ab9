import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, Fault } from '../../api/models.ts';
import type { System } from '../../system/system.ts';
import { classifyFailure } from '../failures/classify.ts';
import type { ObservedModel } from '../observe.ts';
import { classifiedFault } from '../supervisor/engine-faults.ts';
import { readEngineState } from '../supervisor/engine-state.ts';
import { modelView } from '../supervisor/model-view.ts';
import { type BootFacts, readBootLog } from './boot-log.ts';
import { type Boot, readBoots } from './boots.ts';
import { readEngineLog } from './engine-log.ts';
import type { StackPlaces } from './places.ts';

/** A model of the stack as its watcher and its log have it. */
export interface StackModel extends ObservedModel {
  readonly boot: BootFacts;
  /** ms since 1970 of the phase that it is in; null when nothing was written yet. */
  readonly since: number | null;
  /** What its last finished start came to. */
  readonly lastBoot: Boot | undefined;
}

/** Why it is not running, by what it said last; null while it runs or is on its way for the first time. */
const faultOf = (id: string, state: EngineStateFile | undefined, log: string): Fault | null => {
  if (state?.phase !== 'crashed' && state?.phase !== 'gave-up') return null;
  const { exitCode, signal } = state;
  return classifiedFault(id, classifyFailure({ log, exitCode, signal }));
};

const seconds = (ms: number): string => {
  const whole = Math.round(ms / 1000);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** What it does, for how long, and how long the start before took. */
const phaseWords = (
  status: ObservedModel,
  boot: BootFacts,
  state: EngineStateFile | undefined,
  before: Boot | undefined,
  now: number,
): string | null => {
  if (status.state !== 'loading') return status.phase;
  if (state === undefined) return 'waiting for its model';
  if (state.phase === 'starting') return 'waiting for the engine before it on this card';
  if (state.phase === 'crashed') return status.phase;
  const share =
    boot.weights !== null && boot.phase === 'loading the weights'
      ? ` ${Math.round(boot.weights * 100)}%`
      : '';
  const last = before ? `, ${seconds(before.seconds * 1000)} last time` : '';
  return `${boot.phase ?? 'starting'}${share}, ${seconds(now - state.since)} so far${last}`;
};

const planned = (value: number | null, words: (value: number) => string): readonly string[] =>
  value === null ? [] : [words(value)];

/** What the engine itself found of its memory. */
const bootNotes = (boot: BootFacts): readonly string[] => {
  const parts = [
    ...planned(boot.availableGib, (gib) => `${gib} GiB of cache`),
    ...planned(boot.cacheTokens, (tokens) => `${tokens.toLocaleString('en-US')} tokens`),
    ...planned(boot.concurrency, (times) => `${times} requests of full length at once`),
  ];
  return parts.length === 0 ? [] : [`the engine has ${parts.join(', ')}`];
};

/** How the models of the stack are, from what engine-run wrote and what their engines said; nobody is asked. */
export const observeStack = async (
  system: System,
  places: Pick<StackPlaces, 'state' | 'logs' | 'bootsFile'>,
  models: readonly ServedModel[],
): Promise<readonly StackModel[]> => {
  const boots = await readBoots(system, places.bootsFile);
  return Promise.all(
    models.map(async (model) => {
      const [state, log] = await Promise.all([
        readEngineState(system, places.state, model.id),
        readEngineLog(system, places, model.id),
      ]);
      const boot = readBootLog(log);
      const lastBoot = boots[model.id];
      const fault = faultOf(model.id, state, log);
      const status: ObservedModel = {
        ...modelView(model, state, undefined),
        // A container that has not written anything yet is on its way.
        ...(state === undefined ? { state: 'loading' as const } : {}),
        ...{ fault, memoryBytes: null, threads: null, parallel: null },
        notes: state?.phase === 'running' ? bootNotes(boot) : [],
      };
      const phase = phaseWords(status, boot, state, lastBoot, system.clock.now());
      return { ...status, phase, boot, since: state?.since ?? null, lastBoot };
    }),
  );
};
