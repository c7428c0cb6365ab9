import { z } from 'zod';
import type { EngineHealth } from '../../api/engine-health.ts';
import type { Endpoint } from '../../api/models.ts';
import type { System } from '../../system/system.ts';

const orNull = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? null);

/** Our own engines say all of it, vLLM says nothing: every field may be missing. */
const body = z.object({
  status: z.enum(['loading', 'ready', 'failed']).optional(),
  phase: orNull(z.string()),
  fault: orNull(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
  backend: orNull(z.string()),
  context: orNull(z.number()),
  parallel: orNull(z.number()),
  threads: orNull(z.object({ decode: z.number(), prefill: z.number() })),
  tokensPerSecond: orNull(z.number()),
  capabilities: orNull(
    z.object({ chat: z.boolean(), tools: z.boolean(), reasoning: z.boolean(), fim: z.boolean() }),
  ),
  notes: z.array(z.string()).default([]),
});

const parse = (status: number, text: string): EngineHealth => {
  let found: unknown = {};
  try {
    found = JSON.parse(text);
  } catch {
    // vLLM's empty body.
  }
  const parsed = body.safeParse(found);
  const said = parsed.success ? parsed.data : body.parse({});
  return { ...said, status: said.status ?? (status === 200 ? 'ready' : 'loading') };
};

/** What an engine says of itself; undefined when it does not answer in time. */
export const engineHealth = async (
  system: System,
  endpoint: Endpoint,
  timeoutMs: number,
): Promise<EngineHealth | undefined> => {
  const answer = await system.net.local(endpoint, '/health', timeoutMs);
  return answer && parse(answer.status, answer.text);
};
