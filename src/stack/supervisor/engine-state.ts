import { z } from 'zod';
import type { EngineStateFile } from '../../api/models.ts';
import type { System } from '../../system/system.ts';
import { engineStateFile } from './engine-files.ts';

const format = z.object({
  schemaVersion: z.literal(1),
  phase: z.enum(['starting', 'loading', 'running', 'crashed', 'stopped', 'gave-up']),
  attempt: z.int(),
  pid: z.int().nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  class: z.string().nullable(),
  crashes: z.array(z.number()),
  since: z.number(),
  fault: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullish(),
});

/** The state that whoever watches the engine wrote last; undefined when there is none or it makes no sense. */
export const readEngineState = async (
  system: System,
  stateFolder: string | undefined,
  modelId: string,
): Promise<EngineStateFile | undefined> => {
  if (stateFolder === undefined) return undefined;
  const text = await system.files.readText(engineStateFile(stateFolder, modelId));
  if (text === undefined) return undefined;
  try {
    return format.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

export const writeEngineState = (
  system: System,
  stateFolder: string,
  modelId: string,
  state: EngineStateFile,
): Promise<void> =>
  system.files.writeAtomic(engineStateFile(stateFolder, modelId), `${JSON.stringify(state)}\n`, 0o600);
