import { z } from 'zod';
import type { Scene } from './check.ts';
import { parsed, shaped } from './shape.ts';
import type { VerifiedModel } from './verified-model.ts';

const status = z.object({ queues: z.record(z.string(), z.object({ running: z.int(), waiting: z.int() })) });

/** Requests that run for a model or wait for it now; undefined where this key may not know. */
export const openRequests = async (
  { wire }: Scene,
  { id }: VerifiedModel,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const answer = await wire.send({ method: 'GET', path: '/api/status' }, signal);
  if (answer.status !== 200) return undefined;
  const { queues } = shaped(status, parsed(answer.text, '/api/status'), '/api/status');
  const queue = queues[id];
  return queue ? queue.running + queue.waiting : undefined;
};
