import type { EngineHealth } from '../api/engine-health.ts';
import type { ServedModel } from '../api/gateway-config.ts';
import type { EngineStateFile, ModelStatus } from '../api/models.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { memoryOf } from './process-memory.ts';
import { engineFacts } from './supervisor/engine-facts.ts';
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

/** An engine elsewhere may not know `/health`; that it answers at all is what can be seen from here. */
const viewOf = async (
  system: System,
  model: ServedModel,
  file: EngineStateFile | undefined,
  health: EngineHealth | undefined,
  timeoutMs: number,
): Promise<ModelStatus> => {
  const status = modelView(model, file, health);
  if (model.engine.name !== 'remote') return status;
  const answer = await system.net.local(model.upstream, '/health', timeoutMs);
  if (answer && answer.status < 500) return { ...status, state: 'ready' };
  const problem = answer ? `it answers ${answer.status}` : 'no answer';
  const { code, message, hint } = failure('UPSTREAM_UNREACHABLE', {
    model: model.id,
    problem,
    retryAfter: 2,
  });
  return { ...status, state: 'error', fault: { code, message, hint } };
};

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
      const [file, said] = await Promise.all([
        readEngineState(system, stateFolder, model.id),
        engineHealth(system, model.upstream, timeoutMs),
      ]);
      const { name } = model.engine;
      const health =
        said?.status === 'ready'
          ? { ...said, ...(await engineFacts(system, model.upstream, name, timeoutMs)) }
          : said;
      const status = await viewOf(system, model, file, health, timeoutMs);
      return {
        ...status,
        memoryBytes: status.pid === null ? null : await memoryOf(system, status.pid),
        threads: health?.threads ?? null,
        parallel: health?.parallel ?? null,
        notes: health?.notes ?? [],
      };
    }),
  );
