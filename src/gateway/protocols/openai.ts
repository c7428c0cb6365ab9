import type { ErrorCode, LocalaiError } from '../../errors.ts';
import { errorMessage } from './error-message.ts';
import { isBetweenEvents } from './event-end.ts';

/** The error envelope of OpenAI's API, which its SDKs turn into typed exceptions. */

interface Names {
  readonly type: string;
  readonly code: string;
}

/** Codes that clients are known to look for; the others are our own, in lower case. */
const known: Partial<Record<ErrorCode, Names>> = {
  UNAUTHORIZED: { type: 'invalid_request_error', code: 'invalid_api_key' },
  KEY_EXPIRED: { type: 'invalid_request_error', code: 'invalid_api_key' },
  FAILED_KEYS: { type: 'requests', code: 'rate_limit_exceeded' },
  ADDRESS_RATE: { type: 'requests', code: 'rate_limit_exceeded' },
  KEY_SCOPE: { type: 'invalid_request_error', code: 'insufficient_permissions' },
  KEY_MODEL: { type: 'invalid_request_error', code: 'insufficient_permissions' },
  RATE_LIMITED: { type: 'requests', code: 'rate_limit_exceeded' },
  KEY_BUSY: { type: 'requests', code: 'rate_limit_exceeded' },
  SERVED_MODEL_UNKNOWN: { type: 'invalid_request_error', code: 'model_not_found' },
};

const names = (error: LocalaiError): Names =>
  known[error.code] ?? {
    type: error.httpStatus < 500 ? 'invalid_request_error' : 'server_error',
    code: error.code.toLowerCase(),
  };

/** The error as OpenAI's envelope. `detail` adds fields beside `message`, for clients that can use them. */
export const errorEnvelope = (error: LocalaiError, detail?: Readonly<Record<string, unknown>>): string => {
  const param = error.params.param ?? null;
  return JSON.stringify({ error: { message: errorMessage(error), ...names(error), param, ...detail } });
};

/**
 * The error as a last event of a stream. It ends an event that was cut in the middle first, so that it is not read
 * as a part of that; `last` are the bytes sent before.
 */
export const errorEvent = (error: LocalaiError, last: Uint8Array | undefined): string =>
  `${isBetweenEvents(last) ? '' : '\n\n'}data: ${errorEnvelope(error)}\n\n`;
