import type { Paths } from '../config/paths.ts';
import type { EngineModel } from '../engines/engine.ts';
import type { System } from '../system/system.ts';
import type { Launcher } from './launcher.ts';
import { type Ensure, type Obtained, obtainModel } from './obtain-model.ts';
import type { StackPlan } from './plan.ts';
import type { Step } from './step.ts';

export interface FetchOptions {
  readonly system: System;
  readonly paths: Paths;
  readonly packageFolder: string;
  readonly plan: StackPlan;
  readonly launcher: Launcher;
  readonly ensure: Ensure;
  /** Says one line to a person. */
  readonly say: (line: string) => void;
}

/** What an engine installs does not depend on the weights; they come after it, since it is the smaller download. */
const anyModel: EngineModel = { id: 'any', file: '', sha256: undefined, roles: [] };

/** Installs the plan's engine. */
export const engineStep = ({ plan, launcher }: FetchOptions): Step => ({
  title: `Engine ${plan.engine.name}`,
  run: async (progress, signal) => {
    let worked = false;
    await launcher.install(
      anyModel,
      plan.budget,
      ({ what, done, total }) => {
        worked = true;
        progress.status(what);
        if (done !== undefined && total !== undefined) progress.progress(done, total);
      },
      signal,
    );
    if (!worked) progress.skip('already installed');
  },
});

/** Brings the first of the plan's models that can be had. */
export const modelStep = (options: FetchOptions, onObtained: (obtained: Obtained) => void): Step => ({
  title: 'Model',
  run: async (progress, signal) => {
    const { system, paths, plan, ensure, packageFolder, say } = options;
    const obtained = await obtainModel(system, paths, plan.models, {
      ...{ packageFolder, say, signal, parallel: plan.downloadsParallel },
      // What the host stack's engine reads.
      ensure: (...[host, places, reference, wishes]) =>
        ensure(host, places, reference, { ...wishes, only: 'gguf' }),
      onTry: (planned) => progress.title(`Model ${planned.id ?? planned.reference}`),
      onProgress: ({ phase, file, doneBytes, totalBytes }) => {
        progress.status(`${phase} ${file}`);
        if (phase === 'downloading' && totalBytes > 0) progress.progress(doneBytes, totalBytes);
      },
    });
    if (obtained.planned.onDisk) progress.skip('already on this disk');
    onObtained(obtained);
  },
});
