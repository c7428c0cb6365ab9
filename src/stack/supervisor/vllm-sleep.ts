import type { Endpoint } from '../../api/models.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** Weights that come back from a disk take minutes, ms. */
const longestMs = 15 * 60_000;

/** One of vLLM's routes of its development mode. Throws ENGINE_LOAD. */
const post = async (
  { net }: System,
  model: string,
  endpoint: Endpoint,
  path: string,
  body?: object,
): Promise<void> => {
  const answer = await net.local(endpoint, path, longestMs, { method: 'POST', ...(body ? { body } : {}) });
  if (answer && answer.status < 300) return;
  const problem = answer
    ? `POST ${path} was answered ${answer.status}: ${answer.text.slice(0, 200)}`
    : `POST ${path} was not answered`;
  throw failure('ENGINE_LOAD', { model, problem });
};

/** Has vLLM give back its memory; what it works on is given up, so nothing may run. Throws ENGINE_LOAD. */
export const sleepVllm = (system: System, model: string, endpoint: Endpoint, level: 1 | 2): Promise<void> =>
  post(system, model, endpoint, `/sleep?level=${level}`);

/** Has it come back. After level 2 the weights are read anew, and what was cached of prompts is not theirs. Throws ENGINE_LOAD. */
export const wakeVllm = async (
  system: System,
  model: string,
  endpoint: Endpoint,
  level: 1 | 2,
): Promise<void> => {
  if (level === 1) return post(system, model, endpoint, '/wake_up');
  await post(system, model, endpoint, '/wake_up?tags=weights');
  await post(system, model, endpoint, '/collective_rpc', { method: 'reload_weights' });
  await post(system, model, endpoint, '/wake_up?tags=kv_cache');
  await post(system, model, endpoint, '/reset_prefix_cache');
};

/** How long it may take to say how it is, ms. */
const answerMs = 5000;

/** Whether it listens and is well; vLLM listens only once its model is loaded. */
export const isAnswering = async ({ net }: System, endpoint: Endpoint): Promise<boolean> =>
  (await net.local(endpoint, '/health', answerMs))?.status === 200;

/** Whether it sleeps; one that does not say is awake. */
export const isVllmAsleep = async ({ net }: System, endpoint: Endpoint): Promise<boolean> => {
  const answer = await net.local(endpoint, '/is_sleeping', answerMs);
  return answer?.status === 200 && /"is_sleeping"\s*:\s*true/.test(answer.text);
};
