import type { Paths } from '../config/paths.ts';
import type { EngineModel } from '../engines/engine.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import type { Launcher } from './launcher.ts';
import { type Ensure, type Obtained, obtainModel } from './obtain-model.ts';
import type { Serving, StackPlan } from './plan.ts';
import type { Step } from './step.ts';

export interface FetchOptions {
  readonly system: System;
  readonly paths: Paths;
  readonly packageFolder: string;
  readonly plan: StackPlan;
  readonly launchers: readonly Launcher[];
  readonly ensure: Ensure;
  /** Says one line to a person. */
  readonly say: (line: string) => void;
}

/** The launcher of a serving's engine. */
export const launcherFor = (
  { launchers }: Pick<FetchOptions, 'launchers'>,
  { engine }: Serving,
): Launcher => {
  const found = launchers.find(({ name }) => name === engine.name);
  if (!found) throw failure('BUG', { problem: `the plan names an unknown engine, ${engine.name}` });
  return found;
};

/** What an engine installs does not depend on the weights; they come after it, since it is the smaller download. */
const anyModel = ({ models: [first] }: Serving): EngineModel => ({
  id: first?.id ?? 'any',
  reference: first?.reference ?? '',
  file: '',
  sha256: undefined,
  roles: first?.roles ?? [],
});

/** Installs the engines of the plan, each once. */
export const engineSteps = (options: FetchOptions): readonly Step[] => {
  const firsts = options.plan.servings.filter(
    ({ engine }, index, all) => all.findIndex((other) => other.engine.name === engine.name) === index,
  );
  return firsts.map((serving) => ({
    title: `Engine ${serving.engine.name}`,
    run: async (progress, signal) => {
      let worked = false;
      await launcherFor(options, serving).install(
        anyModel(serving),
        serving.budget,
        ({ what, done, total }) => {
          worked = true;
          progress.status(what);
          if (done !== undefined && total !== undefined) progress.progress(done, total);
        },
        signal,
      );
      if (!worked) progress.skip('already installed');
    },
  }));
};

/** A model that is where its engine is. */
const elsewhere = ({ models: [first] }: Serving): Obtained => {
  if (!first) throw failure('BUG', { problem: 'a serving without a model' });
  const id = first.id ?? first.reference;
  return {
    planned: first,
    model: { reference: first.reference, id, file: '', sha256: undefined, sizeBytes: 0, source: 'remote' },
    steppedDown: [],
  };
};

/** For each serving: brings the first of its models that can be had. */
export const modelSteps = (
  options: FetchOptions,
  onObtained: (obtained: Obtained, index: number) => void,
): readonly Step[] =>
  options.plan.servings.map((serving, index) => ({
    title: 'Model',
    run: async (progress, signal) => {
      const { system, paths, plan, ensure, packageFolder, say } = options;
      const { weights } = launcherFor(options, serving);
      if (weights === 'nothing') {
        progress.skip('its engine has it');
        onObtained(elsewhere(serving), index);
        return;
      }
      const obtained = await obtainModel(system, paths, serving.models, {
        ...{ packageFolder, say, signal, parallel: plan.downloadsParallel },
        ensure: (...[host, places, reference, wishes]) =>
          ensure(host, places, reference, { ...wishes, ...(weights === 'gguf' ? { only: 'gguf' } : {}) }),
        onTry: (planned) => progress.title(`Model ${planned.id ?? planned.reference}`),
        onProgress: ({ phase, file, doneBytes, totalBytes }) => {
          progress.status(`${phase} ${file}`);
          if (phase === 'downloading' && totalBytes > 0) progress.progress(doneBytes, totalBytes);
        },
      });
      if (obtained.planned.onDisk) progress.skip('already on this disk');
      onObtained(obtained, index);
    },
  }));
