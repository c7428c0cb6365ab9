import type { FailureClass } from '../failure-class.ts';
import { context } from './context.ts';
import { docker } from './docker.ts';
import { gpuMemory } from './gpu-memory.ts';
import { graphics } from './graphics.ts';
import { host } from './host.ts';
import { modelFiles } from './model-files.ts';
import { modelKind } from './model-kind.ts';
import { settings } from './settings.ts';
import { severalCards } from './several-cards.ts';
import { software } from './software.ts';

/** Every class of failure that is known by its words; of two that fit the same line, the first is taken. */
export const failureClasses: readonly FailureClass[] = [
  ...gpuMemory,
  ...context,
  ...graphics,
  ...severalCards,
  ...modelKind,
  ...modelFiles,
  ...docker,
  ...host,
  ...settings,
  ...software,
];
