import type { IncomingMessage } from 'node:http';
import type { onRequestHookHandler } from 'fastify';
import type { KeyRecord } from '../../config/keys.ts';
import { failure, LocalaiError } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import { answerError } from '../answers.ts';
import type { Exchange } from '../exchange.ts';
import { hasExpired, type KeySource } from '../keys/key-source.ts';
import { presentedKey } from '../keys/presented-key.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import type { Routable } from '../routing/names.ts';
import type { AcceptedKeys } from './accepted-keys.ts';
import type { clientAddress } from './client-address.ts';

type Scope = KeyRecord['scopes'][number];

/** Makes the hook of a route that needs a key; with `scope`, one that may do that. */
export type KeyCheck = (scope?: Scope) => onRequestHookHandler;

export interface KeyCheckParts {
  readonly keys: KeySource;
  readonly addressOf: ReturnType<typeof clientAddress>;
  readonly addresses: AddressLimits;
  /** Undefined where connections are those of a proxy, with many clients on each. */
  readonly accepted: AcceptedKeys | undefined;
  readonly clock: Clock;
}

/** Whether a key is for this model: by its id or one of its roles. Without keys all are for everyone. */
export const mayUse = (key: KeyRecord | undefined, { id, roles }: Pick<Routable, 'id' | 'roles'>): boolean =>
  key?.models === undefined || key.models.some((name) => name === id || roles.some((role) => role === name));

const date = (time: number): string => new Date(time).toISOString().slice(0, 10);

const unauthorized = (expired: KeyRecord | undefined): LocalaiError =>
  expired?.expiresAt === undefined
    ? failure('UNAUTHORIZED', {})
    : failure('KEY_EXPIRED', { name: expired.name, date: date(expired.expiresAt) });

/** A 401 says how to come by an answer (RFC 9110 11.6.1). */
const challenge = ({ httpStatus }: LocalaiError): readonly string[] =>
  httpStatus === 401 ? ['www-authenticate', 'Bearer'] : [];

/** Whose request it is, and whether they may send it. */
export const keyCheck = ({ keys, addressOf, addresses, accepted, clock }: KeyCheckParts): KeyCheck => {
  /** Why a request without a good key ends here; undefined where none is required. */
  const refusal = (
    { headers }: Exchange,
    address: string,
    expired: KeyRecord | undefined,
  ): LocalaiError | undefined =>
    keys.required
      ? (addresses.countFailed(address, headers) ?? unauthorized(expired))
      : addresses.countKeyless(address, headers);

  /** The key of a request, or why the request ends here; neither where none is required. */
  const lookUp = (exchange: Exchange, request: IncomingMessage): KeyRecord | LocalaiError | undefined => {
    const address = addressOf(request);
    const plain = presentedKey(request.headers);
    const { find } = keys;
    const found = plain === undefined ? undefined : find(plain);
    const expired = found && hasExpired(found, clock.now()) ? found : undefined;
    if (!found || expired || !addresses.admits(address, found.id)) return refusal(exchange, address, expired);
    accepted?.note(request, find, found);
    return found;
  };

  return (scope) => (request, _reply, done) => {
    const { exchange, raw } = request;
    const known = accepted?.of(raw, keys.find);
    const isGood = known && (known.expiresAt === undefined || !hasExpired(known, clock.now()));
    const key = isGood ? known : lookUp(exchange, raw);
    if (key instanceof LocalaiError) return answerError(exchange, key, challenge(key));
    exchange.key = key;
    if (!key || !scope || key.scopes.includes(scope)) return done();
    answerError(exchange, failure('KEY_SCOPE', { name: key.name, scope }));
  };
};

/** The same check, but for what did not come through a proxy: that is from this machine, where only it can ask. */
export const onlyForwarded =
  (check: onRequestHookHandler): onRequestHookHandler =>
  (request, reply, done) => {
    const { 'x-forwarded-for': hops, forwarded } = request.headers;
    if (hops === undefined && forwarded === undefined) done();
    else check.call(request.server, request, reply, done);
  };
