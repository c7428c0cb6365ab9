import type { LocalaiError } from '../../errors.ts';
import type { Exchange } from '../exchange.ts';
import { anthropicError } from './anthropic.ts';
import { errorEnvelope } from './openai.ts';

const messagesPath = /^(?:\/v1)*\/messages(?:\/|$)/;

/** The error in the words of the API that its caller speaks: OpenAI's, or Anthropic's where path or headers are its. */
export const errorBody = (
  { id, path, response: { req } }: Exchange,
  error: LocalaiError,
  detail?: Readonly<Record<string, unknown>>,
): string => {
  const isAnthropic = messagesPath.test(path) || req.headers['anthropic-version'] !== undefined;
  return isAnthropic ? anthropicError(error, id, detail) : errorEnvelope(error, detail);
};
