import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { KeyRecord } from '../../config/keys.ts';
import type { KeyTable } from '../keys/key-table.ts';

/** A key as it was sent, and the keys that there were then. */
interface Accepted {
  readonly authorization: string | undefined;
  readonly xApiKey: string | string[] | undefined;
  readonly apiKey: string | string[] | undefined;
  readonly among: KeyTable;
  readonly key: KeyRecord;
}

/** The keys that connections have used. */
export interface AcceptedKeys {
  /** The key that was accepted on the request's connection, when this one has the same and the keys are the same. */
  of(request: IncomingMessage, among: KeyTable): KeyRecord | undefined;
  note(request: IncomingMessage, among: KeyTable, key: KeyRecord): void;
}

/**
 * Clients send many requests over one connection, all with the same key: it is looked up once. What is compared here is
 * what the same client sent before, so how long that takes tells it nothing that it does not know.
 */
export const acceptedKeys = (): AcceptedKeys => {
  const known = new WeakMap<Socket, Accepted>();
  return {
    of: ({ socket, headers }, among) => {
      const last = known.get(socket);
      const isSame =
        last !== undefined &&
        last.among === among &&
        last.authorization === headers.authorization &&
        last.xApiKey === headers['x-api-key'] &&
        last.apiKey === headers['api-key'];
      return isSame ? last.key : undefined;
    },
    note: ({ socket, headers }, among, key) => {
      const { authorization, 'x-api-key': xApiKey, 'api-key': apiKey } = headers;
      known.set(socket, { authorization, xApiKey, apiKey, among, key });
    },
  };
};
