import type { LocalaiError } from '../../errors.ts';
import { errorMessage } from './error-message.ts';

/** The words of Anthropic's API for what went wrong; its SDKs turn them into typed exceptions. */
const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

const typeOf = (status: number): string =>
  types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');

/** The error as Anthropic's envelope; `detail` as in OpenAI's. */
export const anthropicError = (
  error: LocalaiError,
  requestId: string,
  detail?: Readonly<Record<string, unknown>>,
): string =>
  JSON.stringify({
    type: 'error',
    error: { type: typeOf(error.httpStatus), message: errorMessage(error), ...detail },
    request_id: requestId,
  });
