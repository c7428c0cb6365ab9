import type { onRequestHookHandler } from 'fastify';
import type { KeyRecord } from '../../config/keys.ts';
import { failure } from '../../errors.ts';
import { answerError } from '../answers.ts';
import type { KeySource } from '../keys/key-source.ts';
import { presentedKey } from '../keys/presented-key.ts';

type Scope = KeyRecord['scopes'][number];

/** Makes the hook of a route that needs a key; with `scope`, one that may do that. */
export type KeyCheck = (scope?: Scope) => onRequestHookHandler;

/** Whether a key is for this model; without keys all are for everyone. */
export const mayUse = (key: KeyRecord | undefined, model: string): boolean =>
  key?.models?.includes(model) ?? true;

export const keyCheck =
  (keys: KeySource): KeyCheck =>
  (scope) =>
  (request, _reply, done) => {
    const { exchange, headers } = request;
    const plain = presentedKey(headers);
    const key = plain === undefined ? undefined : keys.find(plain);
    if (!key && keys.required) {
      return answerError(exchange, failure('UNAUTHORIZED', {}), ['www-authenticate', 'Bearer']);
    }
    exchange.key = key;
    if (key && scope && !key.scopes.includes(scope)) {
      return answerError(exchange, failure('KEY_SCOPE', { name: key.name, scope }));
    }
    done();
  };
