import type { CheckBook } from '../assess.ts';
import type { Check } from '../check.ts';
import { composeChecks } from './compose.ts';
import { diskChecks } from './disk.ts';
import { dockerChecks } from './docker.ts';
import { driverChecks } from './driver.ts';
import { editorChecks } from './editors.ts';
import { gpuChecks } from './gpu.ts';
import { gpuPathChecks } from './gpu-path.ts';
import { memoryChecks } from './memory.ts';
import { modelChecks } from './models.ts';
import { networkChecks } from './network.ts';
import { portChecks } from './ports.ts';
import { securityChecks } from './security.ts';
import { stackChecks } from './stack.ts';
import { toolkitChecks } from './toolkit.ts';

/** Every check, by group. */
export const checkBook: CheckBook = {
  driver: driverChecks,
  gpu: gpuChecks,
  docker: dockerChecks,
  compose: composeChecks,
  toolkit: toolkitChecks,
  'gpu-path': gpuPathChecks,
  disk: diskChecks,
  memory: memoryChecks,
  network: networkChecks,
  ports: portChecks,
  models: modelChecks,
  stack: stackChecks,
  editors: editorChecks,
  security: securityChecks,
};

export const allChecks: readonly Check[] = Object.values(checkBook).flat();
