import type { Generation, Sampling, Token } from '../../runtime/runtime.ts';
import type { AnswerParser } from '../../tools/answer-parser.ts';
import type { SharedFields } from '../request/request-fields.ts';
import type { CollectedAnswer } from './collected-answer.ts';

/** What ends an answer besides the model itself. */
export interface StopRules {
  /** Looked for in the content only: thinking and tool calls are not cut. */
  readonly strings: readonly string[];
  readonly include: boolean;
  readonly tokens: ReadonlySet<Token>;
}

/** One answer that is to be generated. */
export interface AnswerPlan {
  readonly prompt: readonly Token[];
  readonly maxTokens: number;
  readonly sampling: Sampling;
  readonly stop: StopRules;
  readonly ignoreEos: boolean;
  /** The texts of control tokens are left out of the content. */
  readonly hideControl: boolean;
  readonly logprobs: number | undefined;
  readonly grammar: Generation['grammar'] | undefined;
  readonly newParser: () => AnswerParser;
  /**
   * What is wrong with a finished answer. Set where the grammar lets through more than was asked for: nothing is then
   * handed out before the answer was checked.
   */
  readonly check: ((answer: CollectedAnswer) => readonly string[]) | undefined;
}

export const stopRules = (request: SharedFields): StopRules => ({
  strings: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
  include: request.include_stop_str_in_output ?? false,
  tokens: new Set(request.stop_token_ids ?? []),
});

/** `n` answers to one prompt: the same but for the seed. */
export const answersOf = (plan: AnswerPlan, n: number): readonly AnswerPlan[] =>
  Array.from({ length: n }, (_, i) => ({
    ...plan,
    sampling: { ...plan.sampling, seed: plan.sampling.seed + i },
  }));

/** A parser that takes everything for content. */
export const plainParser = (): AnswerParser => ({
  push: (text) => (text === '' ? [] : [{ type: 'content', text }]),
  end: () => [],
});
