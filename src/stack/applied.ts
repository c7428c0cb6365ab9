import { join } from 'node:path';
import { z } from 'zod';
import type { Paths } from '../config/paths.ts';
import type { System } from '../system/system.ts';
import type { StackPlan } from './plan.ts';
import type { ServedNow } from './served-model.ts';

/** What the last `up` decided and what it came to; the next one starts from it, `status` shows it. */
export interface Applied {
  readonly schemaVersion: 2;
  readonly version: string;
  readonly plan: StackPlan;
  /** What came of the plan's servings, in their order. */
  readonly served: readonly ServedNow[];
  /** Why earlier ones of the plan's models could not be had, a line each. */
  readonly steppedDown: readonly string[];
  /** Of the gateway.yaml that came of it. */
  readonly configHash: string;
}

const served = z.looseObject({
  engine: z.string(),
  planned: z.looseObject({ reference: z.string(), why: z.string() }),
  model: z.looseObject({ reference: z.string(), id: z.string(), file: z.string() }),
});

/** Only our own versions write it; what a reader relies on is checked. */
const format = z.looseObject({
  schemaVersion: z.literal(2),
  version: z.string(),
  configHash: z.string(),
  steppedDown: z.array(z.string()),
  plan: z.looseObject({
    schemaVersion: z.literal(2),
    stack: z.enum(['host', 'compose']),
    servings: z.array(
      z.looseObject({
        engine: z.object({ name: z.string(), why: z.string() }),
        budget: z.looseObject({ parallel: z.number(), gpu: z.string() }),
      }),
    ),
    notes: z.array(z.string()),
  }),
  served: z.array(served).min(1),
});

/** Of a single model, as versions before the first stack of several wrote it. */
const formatBefore = z.looseObject({
  schemaVersion: z.literal(1),
  plan: z.looseObject({
    engine: z.object({ name: z.string(), why: z.string() }),
    budget: z.looseObject({ parallel: z.number(), gpu: z.string() }),
    models: z.array(z.unknown()),
  }),
  planned: z.unknown(),
  model: z.unknown(),
});

/** An older file in today's form; anything else as it is. */
const migrated = (found: unknown): unknown => {
  const before = formatBefore.safeParse(found);
  if (!before.success) return found;
  const { plan, planned, model, ...rest } = before.data;
  const { engine, budget, models, ...more } = plan;
  const servings = [{ engine, models, budget }];
  return {
    ...rest,
    schemaVersion: 2,
    plan: { ...more, schemaVersion: 2, stack: 'host', servings, cards: null, cardsFor: null },
    served: [{ engine: engine.name, planned, model }],
  };
};

const fileOf = (paths: Paths): string => join(paths.state, 'plan.json');

/** Undefined when nothing was applied yet, or by a version whose file we can't read: then we plan afresh. */
export const readApplied = async (system: System, paths: Paths): Promise<Applied | undefined> => {
  const text = await system.files.readText(fileOf(paths));
  if (text === undefined) return undefined;
  try {
    return format.parse(migrated(JSON.parse(text))) as unknown as Applied;
  } catch {
    return undefined;
  }
};

export const writeApplied = (system: System, paths: Paths, applied: Applied): Promise<void> =>
  system.files.writeAtomic(fileOf(paths), `${JSON.stringify(applied, undefined, 2)}\n`, 0o600);
