import type { EngineHealth } from '../api/engine-health.ts';
import type { ServedModel } from '../api/gateway-config.ts';
import type { ModelStatus } from '../api/models.ts';
import type { System } from '../system/system.ts';
import { memoryOf } from './process-memory.ts';
import { engineHealth } from './supervisor/engine-health.ts';
import { readEngineState } from './supervisor/engine-state.ts';
import { modelView } from './supervisor/model-view.ts';

export interface ObservedModel extends ModelStatus {
  /** Bytes of memory that its engine holds; null where it cannot be told. */
  readonly memoryBytes: number | null;
  readonly threads: EngineHealth['threads'];
  readonly parallel: number | null;
  /** What its engine wants people to know. */
  readonly notes: readonly string[];
}

/**
 * How models are, from what their watcher wrote and what their engines say themselves: the gateway is not asked, so a
 * gateway that hangs hides nothing.
 */
export const observeModels = (
  system: System,
  models: readonly ServedModel[],
  stateFolder: string | undefined,
  timeoutMs: number,
): Promise<readonly ObservedModel[]> =>
  Promise.all(
    models.map(async (model) => {
      const [file, health] = await Promise.all([
        readEngineState(system, stateFolder, model.id),
        engineHealth(system, model.upstream, timeoutMs),
      ]);
      const status = modelView(model, file, health);
      return {
        ...status,
        memoryBytes: status.pid === null ? null : await memoryOf(system, status.pid),
        threads: health?.threads ?? null,
        parallel: health?.parallel ?? null,
        notes: health?.notes ?? [],
      };
    }),
  );
