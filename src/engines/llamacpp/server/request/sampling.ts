import type { Sampling, Token } from '../../runtime/runtime.ts';
import { badRequest } from './request-error.ts';
import type { SharedFields } from './request-fields.ts';

/** The sampler's settings with OpenAI's defaults (temperature 1, nothing else at work); `seed` where none was asked. */
export const samplingOf = (request: SharedFields, seed: number, vocabularySize: number): Sampling => ({
  temperature: request.temperature ?? 1,
  topP: request.top_p ?? 1,
  topK: Math.max(0, request.top_k ?? 0),
  minP: request.min_p ?? 0,
  seed: request.seed ?? seed,
  presencePenalty: request.presence_penalty ?? 0,
  frequencyPenalty: request.frequency_penalty ?? 0,
  repetitionPenalty: request.repetition_penalty ?? 1,
  logitBias: logitBias(request.logit_bias ?? {}, vocabularySize),
});

const logitBias = (
  bias: Readonly<Record<string, number>>,
  vocabularySize: number,
): ReadonlyMap<Token, number> => {
  const entries = Object.entries(bias).map(([token, value]): [Token, number] => [Number(token), value]);
  const outside = entries.map(([token]) => token).filter((token) => token >= vocabularySize);
  if (outside.length === 0) return new Map(entries);
  throw badRequest(
    `token_id(s) [${outside.join(', ')}] in logit_bias contain out-of-vocab token ids. ` +
      `Vocabulary size: ${vocabularySize}`,
    'logit_bias',
  );
};
