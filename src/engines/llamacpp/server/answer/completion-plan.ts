import type { Token } from '../../runtime/runtime.ts';
import { fillInTokens, promptList } from '../prompt/prompt-tokens.ts';
import type { CompletionRequest } from '../request/completion-request.ts';
import { outputForm } from '../request/output-form.ts';
import { badRequest } from '../request/request-error.ts';
import { samplingOf } from '../request/sampling.ts';
import { answerTokens } from '../request/token-limits.ts';
import type { ServedModel } from '../served-model.ts';
import { checkContent } from './answer-checks.ts';
import { type AnswerPlan, plainParser, stopRules } from './answer-plan.ts';
import type { Moment } from './chat-plan.ts';

/** OpenAI's and vLLM's default. */
const defaultMaxTokens = 16;

export interface CompletionPlan {
  readonly answer: AnswerPlan;
  /** Handed out before the answer (`echo`); empty otherwise. */
  readonly echo: string;
}

/** What is to be generated for each prompt of a request. Throws RequestError. */
export const planCompletions = (
  model: ServedModel,
  request: CompletionRequest,
  moment: Moment,
): readonly CompletionPlan[] => {
  if (request.echo && typeof request.logprobs === 'number') {
    throw badRequest('logprobs is not supported together with echo: a prompt has none', 'logprobs');
  }
  const { facts } = model.runtime;
  const form = outputForm(request, model.runtime.checkGrammar);
  const shared = {
    sampling: samplingOf(request, moment.seed, facts.vocabularySize),
    stop: stopRules(request),
    ignoreEos: request.ignore_eos ?? false,
    hideControl: request.skip_special_tokens ?? true,
    logprobs: request.logprobs ?? undefined,
    grammar: form ? () => form.gbnf : undefined,
    check: form && 'schema' in form ? checkContent(form.schema) : undefined,
    newParser: plainParser,
  };
  return prompts(model, request).map(({ tokens, text }) => {
    const maxTokens = answerTokens(
      request.max_tokens ?? defaultMaxTokens,
      tokens.length,
      facts.contextTokens,
    );
    return { answer: { ...shared, prompt: tokens, maxTokens }, echo: request.echo ? text() : '' };
  });
};

interface Prompt {
  readonly tokens: readonly Token[];
  readonly text: () => string;
}

const prompts = (model: ServedModel, request: CompletionRequest): readonly Prompt[] => {
  const { prompt, suffix } = request;
  if (suffix) {
    if (typeof prompt !== 'string') throw badRequest('suffix needs a prompt that is one string', 'suffix');
    return [{ tokens: fillInTokens(model, prompt, suffix), text: () => prompt }];
  }
  const lists = promptList(model, prompt, request.add_special_tokens ?? true, 'prompt');
  return lists.map((tokens, i) => {
    const given = typeof prompt === 'string' ? prompt : prompt[i];
    const text = (): string => (typeof given === 'string' ? given : model.runtime.detokenize(tokens, true));
    if (tokens.length === 0) throw badRequest('The prompt cannot be empty', 'prompt');
    return { tokens, text };
  });
};
