import type { Paths } from '../config/paths.ts';
import type { System } from '../system/system.ts';
import { readComposeRecord, seemsUp } from './compose/record.ts';
import { readRunning, type StackRecord } from './record.ts';

/** The gateway of this home that runs now, on the host or in a container; undefined when none does. */
export const readServing = async (
  system: System,
  paths: Paths,
): Promise<Pick<StackRecord, 'gateway' | 'version' | 'startedAt' | 'configHash'> | undefined> => {
  const onHost = await readRunning(system, paths);
  if (onHost) return onHost;
  const stack = await readComposeRecord(system, paths);
  return stack && (await seemsUp(system, stack)) ? stack : undefined;
};
