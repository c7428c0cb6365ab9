import type { Check } from '../check.ts';
import { gpuKindChecks } from './gpu-kind.ts';
import { gpuStateChecks } from './gpu-state.ts';

export const gpuChecks: readonly Check[] = [...gpuKindChecks, ...gpuStateChecks];
