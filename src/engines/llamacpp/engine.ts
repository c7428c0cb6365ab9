import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { ProcessEngine } from '../engine.ts';
import { engineSocket } from '../engine-socket.ts';
import { binariesFor } from './install/binaries.ts';
import { installLibrary } from './install/install-library.ts';
import { manifestFor, readTemplate } from './install/manifest.ts';
import type { LlamacppSpec } from './spec.ts';

export interface LlamacppOptions {
  readonly system: System;
  readonly paths: Paths;
  /** Where our templates/ and dist/ lie. */
  readonly packageFolder: string;
  /** The graphics cards decide what is installed. */
  readonly report: Pick<MachineReport, 'platform' | 'arch' | 'gpus'>;
  /** The program of the child process; the bundled one when absent. */
  readonly workerFile?: string;
}

const platforms = 'Linux (x64, arm64) and macOS';

/** node-llama-cpp in a child process that looks like vLLM: the engine that needs nothing but npm. */
export const createLlamacpp = async (options: LlamacppOptions): Promise<ProcessEngine<LlamacppSpec>> => {
  const { system, paths, packageFolder, report } = options;
  const template = await readTemplate(system, packageFolder);
  const workerFile = options.workerFile ?? join(packageFolder, 'dist', 'llamacpp-worker.js');
  const manifest = (gpu: 'auto' | 'off') => manifestFor(template, binariesFor(report, gpu)?.packages ?? []);
  const folder = (gpu: 'auto' | 'off'): string => join(paths.engines, `llamacpp-${manifest(gpu).hash}`);
  return {
    name: 'llamacpp',
    weights: 'gguf',
    onlyWhenAsked: false,
    probe: (machine) => {
      const binaries = binariesFor(machine, 'auto');
      const here = `${machine.platform} ${machine.arch}`;
      if (!binaries) return { usable: false, why: `it runs on ${platforms} only; this is ${here}` };
      return { usable: true, why: `needs nothing but npm; built for ${binaries.backend} on ${here}` };
    },
    spec: (model, budget) => ({
      libraryFolder: folder(budget.gpu),
      file: model.file,
      modelId: model.id,
      ...(model.sha256 === undefined ? {} : { sha256: model.sha256 }),
      ...(budget.contextTokens === undefined ? {} : { contextTokens: budget.contextTokens }),
      parallel: budget.parallel,
      ...(budget.threads === undefined ? {} : { threads: budget.threads }),
      cores: budget.cores,
      gpu: budget.gpu,
      memoryBytes: budget.memoryBytes,
      tuningFile: join(paths.state, 'threads.json'),
      socket: engineSocket(paths, 'llamacpp', model.id),
    }),
    install: async (spec, progress, signal) => {
      const lockFile = join(paths.locks, 'llamacpp-install');
      const target = { folder: spec.libraryFolder, enginesFolder: paths.engines, lockFile };
      await installLibrary(system, { ...target, manifest: manifest(spec.gpu) }, progress, signal);
    },
    command: (spec) => ({
      argv: [system.nodePath, workerFile, JSON.stringify(spec)],
      env: {},
      endpoint: { socket: spec.socket },
    }),
  };
};
