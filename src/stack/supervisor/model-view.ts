import type { EngineHealth } from '../../api/engine-health.ts';
import type { ServedModel } from '../../api/gateway-config.ts';
import type { EngineStateFile, ModelState, ModelStatus } from '../../api/models.ts';

const stateOf = (
  phase: EngineStateFile['phase'] | undefined,
  health: EngineHealth | undefined,
): ModelState => {
  switch (phase) {
    case 'starting':
    case 'loading':
    case 'crashed':
      return 'loading';
    case 'running':
      return health === undefined || health.status === 'ready' ? 'ready' : 'loading';
    case 'gave-up':
      return 'error';
    case 'stopped':
      return 'stopped';
    case undefined:
      return health?.status === 'ready' ? 'ready' : 'stopped';
  }
};

const phaseOf = (file: EngineStateFile | undefined, health: EngineHealth | undefined): string | null => {
  if (file?.phase === 'crashed') return `it ended unexpectedly; start ${file.attempt + 1} follows`;
  return health?.phase ?? (file?.phase === 'starting' ? 'starting' : 'loading');
};

/**
 * A model as it is shown, from what its watcher wrote and what its engine says. The supervisor and `status` both show
 * this, so that `status` needs no gateway that answers.
 */
export const modelView = (
  model: ServedModel,
  file: EngineStateFile | undefined,
  health: EngineHealth | undefined,
): ModelStatus => {
  const state = stateOf(file?.phase, health);
  return {
    id: model.id,
    roles: model.roles,
    state,
    engine: model.engine.name,
    backend: health?.backend ?? null,
    file: model.engine.file || ('url' in model.upstream ? model.upstream.url : model.upstream.socket),
    context: health?.context ?? model.contextWindow ?? null,
    parallel: health?.parallel ?? null,
    tokensPerSecond: health?.tokensPerSecond ?? null,
    phase: state === 'loading' ? phaseOf(file, health) : null,
    fault: file?.fault ?? null,
    pid: file?.pid ?? null,
    restarts: file?.crashes.length ?? 0,
  };
};
