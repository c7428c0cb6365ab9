import { randomBytes, randomInt } from 'node:crypto';

/** Fields that all parts of one answer carry. */
export interface AnswerHead {
  readonly id: string;
  /** s since 1970. */
  readonly created: number;
  readonly model: string;
}

/** `given`: the client's X-Request-Id, which vLLM takes into the id. */
export const answerHead = (
  prefix: 'chatcmpl' | 'cmpl' | 'embd',
  model: string,
  given: unknown,
  now: Date,
): AnswerHead => ({
  id: `${prefix}-${typeof given === 'string' && given !== '' ? given : randomBytes(16).toString('hex')}`,
  created: Math.floor(now.getTime() / 1000),
  model,
});

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Nine letters and digits: the only form that Mistral's templates take when the call comes back in a history. */
export const toolCallId = (): string =>
  Array.from({ length: 9 }, () => letters[randomInt(letters.length)]).join('');

/** A seed for a request that names none. */
export const randomSeed = (): number => randomInt(2 ** 31);
