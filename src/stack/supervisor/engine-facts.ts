import { z } from 'zod';
import type { EngineHealth } from '../../api/engine-health.ts';
import type { Endpoint, EngineName } from '../../api/models.ts';
import type { System } from '../../system/system.ts';

/** What engines that are not ours say only under other routes than `/health`. */
export type EngineFacts = Partial<Pick<EngineHealth, 'context' | 'parallel'>>;

const json = async <T>(
  system: System,
  endpoint: Endpoint,
  path: string,
  timeoutMs: number,
  form: z.ZodType<T>,
): Promise<T | undefined> => {
  const answer = await system.net.local(endpoint, path, timeoutMs);
  if (answer?.status !== 200) return undefined;
  try {
    return form.parse(JSON.parse(answer.text));
  } catch {
    return undefined;
  }
};

/** llama.cpp's `GET /props`: the context of one slot, and how many there are. */
const props = z.object({
  default_generation_settings: z.object({ n_ctx: z.int().positive() }),
  total_slots: z.int().positive(),
});

/** vLLM's `GET /v1/models`. */
const models = z.object({ data: z.array(z.object({ max_model_len: z.int().positive().nullish() })).min(1) });

/** Asks an engine that is ready for what its `/health` does not say; nothing for one that says it all. */
export const engineFacts = async (
  system: System,
  endpoint: Endpoint,
  engine: EngineName,
  timeoutMs: number,
): Promise<EngineFacts> => {
  if (engine === 'llama-server') {
    const said = await json(system, endpoint, '/props', timeoutMs, props);
    return said ? { context: said.default_generation_settings.n_ctx, parallel: said.total_slots } : {};
  }
  if (engine === 'vllm-native') {
    const said = await json(system, endpoint, '/v1/models', timeoutMs, models);
    return { context: said?.data[0]?.max_model_len ?? null };
  }
  return {};
};
