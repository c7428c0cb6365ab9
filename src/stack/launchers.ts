import type { Paths } from '../config/paths.ts';
import type { Settings } from '../config/schema.ts';
import { createLlamaServer } from '../engines/llama-server/engine.ts';
import { createLlamacpp } from '../engines/llamacpp/engine.ts';
import { createRemote } from '../engines/remote/engine.ts';
import { createVllmCompose } from '../engines/vllm-compose/engine.ts';
import { createVllmNative } from '../engines/vllm-native/engine.ts';
import type { MachineReport } from '../machine/report.ts';
import type { System } from '../system/system.ts';
import { provenStyle } from './compose/gpu-style.ts';
import { vllmImageFor } from './compose/images.ts';
import { ownWorker } from './entry.ts';
import { findLlamaServer } from './find-llama-server.ts';
import { findRemote } from './find-remote.ts';
import { type Launcher, launcherOf } from './launcher.ts';

/** What engines are made with. */
export interface LauncherParts {
  readonly system: System;
  readonly paths: Paths;
  readonly packageFolder: string;
  readonly report: MachineReport;
  readonly settings: Settings;
}

/** All engines there are, best first: of those that can run here, `auto` takes the first that need not be asked for. */
export const launchersFor = async (parts: LauncherParts): Promise<readonly Launcher[]> => {
  const { system, paths, packageFolder, report, settings } = parts;
  const workerFile = ownWorker(packageFolder);
  const worker = workerFile === undefined ? {} : { workerFile };
  const image = vllmImageFor(report);
  const [vllmCompose, installed, remote, llamacpp] = await Promise.all([
    createVllmCompose({ system, packageFolder, report, image, provenStyle: provenStyle(paths, report) }),
    findLlamaServer(system, settings),
    findRemote(system, settings),
    createLlamacpp({ system, paths, packageFolder, report, ...worker }),
  ]);
  return [
    launcherOf(vllmCompose),
    launcherOf(createLlamaServer({ paths, packageFolder, installed })),
    launcherOf(llamacpp),
    launcherOf(createVllmNative({ system, paths, packageFolder, report })),
    launcherOf(createRemote(remote)),
  ];
};
