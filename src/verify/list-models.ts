import { refusal } from '../client/answers.ts';
import type { Wire } from '../client/wire.ts';
import { failure } from '../errors.ts';
import { Mismatch } from './result.ts';
import { parsed, shaped } from './shape.ts';
import { modelList, type VerifiedModel } from './verified-model.ts';

/** What the gateway serves. Throws GATEWAY_UNREACHABLE, KEY_REFUSED and REQUEST_FAILED. */
export const listModels = async (wire: Wire, signal: AbortSignal): Promise<readonly VerifiedModel[]> => {
  const reply = await wire.send({ method: 'GET', path: '/v1/models' }, signal);
  if (reply.status !== 200) throw refusal(wire.url, reply);
  try {
    return shaped(modelList, parsed(reply.text, '/v1/models'), 'the list of models').data;
  } catch (caught) {
    if (!(caught instanceof Mismatch)) throw caught;
    throw failure('REQUEST_FAILED', { status: reply.status, problem: caught.message }, caught);
  }
};

/** Those that are named, by id or by another name they have. Throws SERVED_MODEL_UNKNOWN. */
export const namedModels = (
  served: readonly VerifiedModel[],
  names: readonly string[],
): readonly VerifiedModel[] => {
  if (names.length === 0) return served;
  const found = names.map((name) => {
    const model = served.find(
      ({ id, aliases, roles }) => id === name || aliases.includes(name) || roles.includes(name),
    );
    if (!model) throw failure('SERVED_MODEL_UNKNOWN', { model: name, nearest: '' });
    return model;
  });
  return [...new Set(found)];
};
