import { z } from 'zod';
import { refusedWith } from '../ask.ts';
import type { GatewayCheck, Scene } from '../check.ts';
import { type Finding, must, ok, skipped } from '../result.ts';
import { parsed, shaped } from '../shape.ts';

/** The form in which OpenAI's SDKs expect what went wrong. */
const envelope = z.object({ error: z.object({ message: z.string().min(1), type: z.string().min(1) }) });

const refusesKey = async ({ wire, keyed, signal }: Scene, key: string | null): Promise<Finding> => {
  if (!keyed) return skipped('no key was given, so none is asked for');
  const { status, text } = await wire.send({ method: 'GET', path: '/v1/models', key }, signal);
  if (status === 429) return ok(`refused: ${refusedWith(status, text)}`);
  must(status === 401, `answered ${status}, must be 401`);
  const { error } = shaped(envelope, parsed(text, 'the refusal'), 'the refusal');
  return ok(`401: ${error.message}`);
};

const wrongKey: GatewayCheck = {
  id: 'wrong-key',
  title: 'a wrong key is refused',
  run: (scene) => refusesKey(scene, 'lai-a-wrong-key'),
};

const missingKey: GatewayCheck = {
  id: 'missing-key',
  title: 'without a key nothing is answered',
  run: (scene) => refusesKey(scene, null),
};

const badRequest: GatewayCheck = {
  id: 'bad-request',
  title: 'what is no JSON is refused in words',
  run: async ({ wire, signal }) => {
    const body = '{"model": "general", "messages": [';
    const { status, text } = await wire.send({ method: 'POST', path: '/v1/chat/completions', body }, signal);
    must(status === 400, `answered ${status}, must be 400`);
    const { error } = shaped(envelope, parsed(text, 'the refusal'), 'the refusal');
    return ok(`400: ${error.message}`);
  },
};

export const accessChecks: readonly GatewayCheck[] = [wrongKey, missingKey, badRequest];
