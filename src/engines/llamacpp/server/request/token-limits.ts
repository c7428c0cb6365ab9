import { badRequest } from './request-error.ts';

/**
 * How many tokens may be generated. Throws vLLM's 400 (renderers/params.py) when prompt and answer do not fit: agents
 * know its wording and shorten the conversation.
 */
export const answerTokens = (
  asked: number | undefined,
  promptTokens: number,
  contextTokens: number,
): number => {
  const room = contextTokens - promptTokens;
  if (room > 0 && (asked ?? 0) <= room) return asked ?? room;
  throw badRequest(
    `This model's maximum context length is ${contextTokens} tokens. However, you requested ${asked ?? 0} output ` +
      `tokens and your prompt contains ${promptTokens} input tokens, for a total of ` +
      `${promptTokens + (asked ?? 0)} tokens. Please reduce the length of the input prompt or the number of ` +
      `requested output tokens. (parameter=input_tokens, value=${promptTokens})`,
    'input_tokens',
  );
};
