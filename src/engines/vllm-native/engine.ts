import { join } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { EngineBudget, ProcessEngine } from '../engine.ts';
import { engineSocket } from '../engine-socket.ts';
import { guarded } from '../guarded.ts';
import { checkFlags, checkRemoved } from '../vllm/flags.ts';
import { buildFor, verdictFor } from './build.ts';
import { installEnvironment } from './install/environment.ts';
import { serveEnv, serveFlags } from './serve-flags.ts';
import type { VllmNativeSpec } from './spec.ts';

export interface VllmNativeOptions {
  readonly system: System;
  readonly paths: Paths;
  /** Where our templates/ lie. */
  readonly packageFolder: string;
  /** Cards and driver decide which build it is. */
  readonly report: MachineReport;
}

/** Checks what the user adds and takes away. Throws ENGINE_ARGS. */
const checkArgs = ({ args = [], removeArgs = [] }: EngineBudget, model: string): void => {
  const [problem] = [...checkFlags(args), ...checkRemoved(removeArgs)];
  if (problem !== undefined) throw failure('ENGINE_ARGS', { model, problem });
};

/** vLLM as a process of this machine, in a Python environment of our own: 6 GB or more, so never unasked. */
export const createVllmNative = ({
  system,
  paths,
  packageFolder,
  report,
}: VllmNativeOptions): ProcessEngine<VllmNativeSpec> => {
  const name = 'vllm-native';
  const environmentOf = (gpu: EngineBudget['gpu']): Pick<VllmNativeSpec, 'environment' | 'build'> => {
    const build = buildFor(report, gpu);
    return { build, environment: join(paths.engines, `vllm-${testedVllm}-${build}`) };
  };
  return {
    name,
    weights: 'safetensors',
    onlyWhenAsked: true,
    probe: verdictFor,
    spec: (model, budget) => {
      checkArgs(budget, model.id);
      const { build, environment } = environmentOf(budget.gpu);
      const folders = { environment, cache: join(paths.engines, 'vllm-cache'), path: system.env['PATH'] };
      return {
        ...{ environment, build, modelId: model.id, model: model.file },
        socket: engineSocket(paths, name, model.id),
        flags: serveFlags(model, build, budget),
        env: serveEnv(build, budget, folders),
      };
    },
    install: async ({ environment, build }, progress, signal) => {
      const lockFile = join(paths.locks, 'vllm-install');
      await installEnvironment(system, { folder: environment, build, lockFile }, progress, signal);
    },
    command: ({ environment, model, socket, flags, env }) => ({
      argv: guarded(packageFolder, [
        // Not by the script's first line, which some kernels cut off after 127 letters.
        ...[join(environment, 'bin', 'python'), join(environment, 'bin', 'vllm')],
        ...['serve', model, '--uds', socket, ...flags],
      ]),
      env,
      endpoint: { socket },
    }),
  };
};
