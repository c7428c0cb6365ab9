import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Paths, resolvePaths } from '../../src/config/paths.ts';
import { realClock } from '../../src/system/clock.ts';
import { realSystem, type System } from '../../src/system/system.ts';

/** A home of its own for a test of models: nothing of the machine's settings or caches is seen. */
export interface ModelWorld extends Disposable {
  readonly home: string;
  readonly system: System;
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string>>;
}

/** Waits before another try are not what is tested; they pass a hundred times as fast. */
const hurried = {
  ...realClock,
  sleep: (ms: number, signal?: AbortSignal) => realClock.sleep(ms / 100, signal),
};

/** The machine as it is seen with that environment. */
export const hurriedSystem = (env: Readonly<Record<string, string>>): System => ({
  ...realSystem(env),
  clock: hurried,
});

export const modelWorld = (env: Readonly<Record<string, string>> = {}): ModelWorld => {
  const home = mkdtempSync(join(tmpdir(), 'localai-models-'));
  const own = { PATH: process.env['PATH'] ?? '', HOME: home, ...env };
  const system = hurriedSystem(own);
  return {
    home,
    system,
    paths: resolvePaths(system),
    env: own,
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
};
