import { z } from 'zod';
import type { System } from '../../system/system.ts';
import type { BootFacts } from './boot-log.ts';

const boot = z.object({
  /** The plan's flags that it was started with. */
  key: z.string(),
  /** From the start of its program to its first answer, s. */
  seconds: z.number(),
  availableGib: z.number().nullable(),
  cacheTokens: z.number().nullable(),
  concurrency: z.number().nullable(),
  suggestedBytes: z.number().nullable(),
  at: z.number(),
});

/** What the last start of a model came to, as its engine said. */
export type Boot = Readonly<z.infer<typeof boot>>;

const format = z.record(z.string(), boot);

/** By model id; empty when nothing was kept. */
export const readBoots = async ({ files }: System, file: string): Promise<Readonly<Record<string, Boot>>> => {
  const text = await files.readText(file);
  if (text === undefined) return {};
  try {
    return format.parse(JSON.parse(text));
  } catch {
    return {};
  }
};

/** Keeps what a start came to. */
export const keepBoot = async (system: System, file: string, modelId: string, kept: Boot): Promise<void> => {
  const all = { ...(await readBoots(system, file)), [modelId]: kept };
  await system.files.writeAtomic(file, `${JSON.stringify(all, undefined, 2)}\n`, 0o600);
};

/** A start as it is kept. */
export const bootOf = (
  key: string,
  seconds: number,
  now: number,
  { availableGib, cacheTokens, concurrency, suggestedBytes }: BootFacts,
): Boot => ({ key, seconds, availableGib, cacheTokens, concurrency, suggestedBytes, at: now });
