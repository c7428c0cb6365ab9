import type { GenerationResult } from '../../runtime/runtime.ts';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** `prompts`: one result for each prompt · `answers`: all of them. A prompt that has several answers counts once. */
export const usageOf = (
  prompts: readonly GenerationResult[],
  answers: readonly GenerationResult[],
): Usage => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const prompt = sum(prompts.map((result) => result.promptTokens));
  const completion = sum(answers.map((result) => result.completionTokens));
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(prompts.map((result) => result.cachedTokens)) },
  };
};
