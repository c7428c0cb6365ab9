import type { EngineHealth } from '../../api/engine-health.ts';
import type { Endpoint, EngineName } from '../../api/models.ts';
import type { System } from '../../system/system.ts';
import { type EngineFacts, engineFacts } from './engine-facts.ts';
import { engineHealth } from './engine-health.ts';

export interface WatchTiming {
  /** Between two questions while it loads, ms. */
  readonly loadingMs: number;
  /** Between two questions once it is ready, ms. */
  readonly readyMs: number;
  /** How long one answer may take, ms. */
  readonly answerMs: number;
  /** How long it may be silent before it counts as hung, ms: until it first answers, and after. */
  readonly silentStartMs: number;
  readonly silentLaterMs: number;
}

/**
 * A long prompt on a small machine holds an engine's event loop for a third of a second; a minute without any
 * answer is a hang. At the start nothing listens for as long as its program loads.
 */
export const defaultWatchTiming: WatchTiming = {
  loadingMs: 100,
  readyMs: 2000,
  answerMs: 5000,
  silentStartMs: 120_000,
  silentLaterMs: 60_000,
};

export interface WatchedEngine {
  readonly endpoint: Endpoint;
  readonly engine: EngineName;
}

/** One missed answer proves nothing: we may have been stopped ourselves for as long. */
const fewestMisses = 3;

/**
 * Asks an engine how it is until the signal is aborted, telling each answer. Resolves to true when it hangs, to
 * false when it was told to stop.
 */
export const watchEngine = async (
  system: System,
  { endpoint, engine }: WatchedEngine,
  timing: WatchTiming,
  onHealth: (health: EngineHealth) => void,
  signal: AbortSignal,
): Promise<boolean> => {
  const { clock } = system;
  let heard = clock.monotonic();
  let patienceMs = timing.silentStartMs;
  let misses = 0;
  let ready = false;
  let facts: EngineFacts | undefined;
  while (!signal.aborted) {
    const health = await engineHealth(system, endpoint, timing.answerMs);
    if (signal.aborted) break;
    if (health) {
      heard = clock.monotonic();
      patienceMs = timing.silentLaterMs;
      misses = 0;
      ready = health.status === 'ready';
      if (ready) facts ??= await engineFacts(system, endpoint, engine, timing.answerMs);
      onHealth({ ...health, ...facts });
    } else if (++misses >= fewestMisses && clock.monotonic() - heard > patienceMs) {
      return true;
    }
    await clock.sleep(ready ? timing.readyMs : timing.loadingMs, signal).catch(() => {});
  }
  return false;
};
