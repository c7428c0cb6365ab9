import { isFailure } from '../../../../errors.ts';
import { createAnswerParser } from '../../tools/answer-parser.ts';
import { type ReasoningStart, reasoningStart } from '../../tools/reasoning.ts';
import { forcedToolGrammar, grammarAfterReasoning } from '../../tools/tool-grammar.ts';
import { chatPrompt } from '../prompt/chat-prompt.ts';
import type { ChatRequest } from '../request/chat-request.ts';
import { type OutputForm, outputForm, schemaErrorsAs400 } from '../request/output-form.ts';
import { badRequest } from '../request/request-error.ts';
import { samplingOf } from '../request/sampling.ts';
import { answerTokens } from '../request/token-limits.ts';
import { type ToolPlan, toolPlan } from '../request/tool-choice.ts';
import type { ServedModel } from '../served-model.ts';
import { checkCalls, checkContent } from './answer-checks.ts';
import { type AnswerPlan, stopRules } from './answer-plan.ts';
import { rememberedAutoGrammar } from './remembered-grammars.ts';

/** What a request knows of the moment it came in. */
export interface Moment {
  readonly now: Date;
  /** For requests that name none. */
  readonly seed: number;
}

/** What is to be generated for a chat request. Throws RequestError, CHAT_TEMPLATE and CHAT_CONTENT. */
export const planChat = (model: ServedModel, request: ChatRequest, moment: Moment): AnswerPlan => {
  const { facts } = model.runtime;
  const tools = toolPlan(request);
  const form = outputForm(request, model.runtime.checkGrammar);
  if (form && tools.mode === 'auto') {
    throw badRequest(`${form.param} cannot be combined with tools unless tool_choice is "none"`, form.param);
  }
  const prompt = chatPrompt(model, request, moment.now);
  const asked = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const reasoning = reasoningStart(model.reasoning, prompt.text);
  return {
    prompt: prompt.tokens,
    maxTokens: answerTokens(asked, prompt.tokens.length, facts.contextTokens),
    sampling: samplingOf(request, moment.seed, facts.vocabularySize),
    stop: stopRules(request),
    ignoreEos: request.ignore_eos ?? false,
    hideControl: request.skip_special_tokens ?? true,
    logprobs: logprobs(request),
    newParser: () => createAnswerParser({ calls: calls(model, tools), reasoning }),
    ...constraint(model, tools, form, reasoning),
  };
};

const logprobs = ({ logprobs: wanted, top_logprobs: top }: ChatRequest): number | undefined => {
  if (wanted) return top ?? 0;
  if (!top) return undefined;
  throw badRequest('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
};

const calls = ({ syntax }: ServedModel, plan: ToolPlan) =>
  plan.mode === 'none' ? undefined : { syntax, tools: plan.tools, forced: plan.mode === 'forced' };

type Constraint = Pick<AnswerPlan, 'grammar' | 'check'>;

const free: Constraint = { grammar: undefined, check: undefined };

const constraint = (
  model: ServedModel,
  tools: ToolPlan,
  form: OutputForm | undefined,
  reasoning: ReasoningStart | undefined,
): Constraint => {
  if (tools.mode === 'forced') return forced(model, tools, reasoning);
  if (tools.mode === 'auto') return auto(model, tools, reasoning);
  if (!form) return free;
  const gbnf = grammarAfterReasoning(form.gbnf, reasoning);
  return { grammar: () => gbnf, check: 'schema' in form ? checkContent(form.schema) : undefined };
};

const forced = (
  { syntax }: ServedModel,
  { tools, choice, parallel }: Extract<ToolPlan, { mode: 'forced' }>,
  reasoning: ReasoningStart | undefined,
): Constraint => {
  const { gbnf, exact } = schemaErrorsAs400('tools', () =>
    forcedToolGrammar(syntax, tools, choice, parallel, reasoning),
  );
  return { grammar: () => gbnf, check: exact ? undefined : checkCalls(tools) };
};

/** Left to itself the model may call wrongly, as everywhere: agents answer such a call with what was wrong with it. */
const auto = (
  { syntax }: ServedModel,
  { tools, parallel }: Extract<ToolPlan, { mode: 'auto' }>,
  reasoning: ReasoningStart | undefined,
): Constraint => {
  try {
    const { next } = rememberedAutoGrammar(syntax, tools, { parallel, ...(reasoning ? { reasoning } : {}) });
    return { grammar: next, check: undefined };
  } catch (caught) {
    // One tool with a schema that nothing can meet must not take the others away.
    if (isFailure(caught, 'SCHEMA')) return free;
    throw caught;
  }
};
