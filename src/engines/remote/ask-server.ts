import { text } from 'node:stream/consumers';
import { reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** A server elsewhere and the key it asks for. */
export interface ServerAddress {
  /** Without `/v1` at its end. */
  readonly url: string;
  readonly key: string | undefined;
}

export interface ServerAnswer {
  readonly status: number;
  /** The body, parsed; undefined where it is no JSON. */
  readonly json: unknown;
}

/** A server on the network has answered by then, or is not there, ms. */
const connectTimeoutMs = 3000;
const answerTimeoutMs = 10_000;

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** The address in the form that paths are added to: `http://host:1234/v1/` is `http://host:1234`. */
export const serverUrl = (given: string): string => {
  const whole = given.includes('://') ? given : `http://${given}`;
  return whole.replace(/\/+$/, '').replace(/\/v1$/, '');
};

/** Asks a server; with a body, by POST. Says in words why there is no answer. */
export const askServer = async (
  system: System,
  { url, key }: ServerAddress,
  path: string,
  body?: unknown,
): Promise<ServerAnswer | { readonly problem: string }> => {
  try {
    const answer = await system.net.http(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...{ connectTimeoutMs, headersTimeoutMs: answerTimeoutMs, bodyTimeoutMs: answerTimeoutMs },
    });
    return { status: answer.status, json: parsed(await text(answer.body)) };
  } catch (caught) {
    return { problem: reason(caught) };
  }
};

/** The body of a good answer; undefined for any other. */
export const jsonFrom = async (
  system: System,
  address: ServerAddress,
  path: string,
  body?: unknown,
): Promise<unknown> => {
  const answer = await askServer(system, address, path, body);
  return 'problem' in answer || answer.status !== 200 ? undefined : answer.json;
};
