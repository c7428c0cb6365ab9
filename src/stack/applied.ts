import { join } from 'node:path';
import { z } from 'zod';
import type { Paths } from '../config/paths.ts';
import type { LocalModel } from '../models/model.ts';
import type { System } from '../system/system.ts';
import type { StackPlan } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';

/** What the last `up` decided and what it came to; the next one starts from it, `status` shows it. */
export interface Applied {
  readonly schemaVersion: 1;
  readonly version: string;
  readonly plan: StackPlan;
  /** The one of the plan's models that could be had. */
  readonly planned: PlannedModel;
  readonly model: LocalModel;
  /** Why earlier ones of the plan could not be had, a line each. */
  readonly steppedDown: readonly string[];
  /** Of the gateway.yaml that came of it. */
  readonly configHash: string;
}

/** Only our own versions write it; what a reader relies on is checked. */
const format = z.looseObject({
  schemaVersion: z.literal(1),
  version: z.string(),
  configHash: z.string(),
  steppedDown: z.array(z.string()),
  plan: z.looseObject({
    schemaVersion: z.literal(1),
    engine: z.object({ name: z.string(), why: z.string() }),
    budget: z.looseObject({ parallel: z.number(), gpu: z.string() }),
    notes: z.array(z.string()),
  }),
  planned: z.looseObject({ reference: z.string(), why: z.string() }),
  model: z.looseObject({ reference: z.string(), id: z.string(), file: z.string() }),
});

const fileOf = (paths: Paths): string => join(paths.state, 'plan.json');

/** Undefined when nothing was applied yet, or by a version whose file we can't read: then we plan afresh. */
export const readApplied = async (system: System, paths: Paths): Promise<Applied | undefined> => {
  const text = await system.files.readText(fileOf(paths));
  if (text === undefined) return undefined;
  try {
    return format.parse(JSON.parse(text)) as unknown as Applied;
  } catch {
    return undefined;
  }
};

export const writeApplied = (system: System, paths: Paths, applied: Applied): Promise<void> =>
  system.files.writeAtomic(fileOf(paths), `${JSON.stringify(applied, undefined, 2)}\n`, 0o600);
