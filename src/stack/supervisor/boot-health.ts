import type { EngineHealth } from '../../api/engine-health.ts';
import type { BootLog } from '../../engines/vllm/boot-log.ts';

/** What an engine's log says of its start, in place of the answer that it cannot give yet; undefined when nothing. */
export const bootHealth = ({ phase, contextTokens }: BootLog): EngineHealth | undefined =>
  phase === undefined
    ? undefined
    : {
        status: 'loading',
        ...{ phase, fault: null, backend: null, parallel: null, threads: null },
        ...{ context: contextTokens ?? null, tokensPerSecond: null, capabilities: null, notes: [] },
      };
