import type { Paths } from '../../config/paths.ts';
import { openState } from '../../config/state.ts';
import type { GpuPathFacts } from './styles.ts';

/** Remembers which way works; forgets the old one when none does. Throws FILE_TOO_NEW. */
export const recordGpuPath = (
  paths: Paths,
  { chosen, image, proof }: GpuPathFacts,
  driverVersion: string | null,
  now: number,
): void => {
  const state = openState(paths);
  if (chosen === null) state.delete('gpuPath');
  else state.set('gpuPath', { style: chosen, image, proof, driverVersion, provenAt: now });
};
