import { failure } from '../../../../errors.ts';
import type { GeneratedToken, GenerationResult } from '../../runtime/runtime.ts';
import type { AnswerPiece } from '../../tools/answer-parser.ts';
import type { ServedModel } from '../served-model.ts';
import type { AnswerPlan } from './answer-plan.ts';
import { type AnswerSink, AnswerStream } from './answer-stream.ts';
import { collectAnswer } from './collected-answer.ts';

export interface AnswerEnd {
  readonly finishReason: 'stop' | 'length' | 'tool_calls' | 'abort';
  /** The stop string or stop token that ended it (vLLM's `stop_reason`). */
  readonly stopReason: string | number | null;
  readonly result: GenerationResult;
}

const noTexts: ReadonlySet<string> = new Set();

/** `max_tokens: 0`: a client that only wants its prompt echoed or counted. */
const nothing = ({ prompt }: AnswerPlan): AnswerEnd => ({
  finishReason: 'length',
  stopReason: null,
  result: {
    reason: 'length',
    promptTokens: prompt.length,
    cachedTokens: 0,
    completionTokens: 0,
    firstTokenMs: 0,
    decodeMs: 0,
  },
});

/** Generates once. */
const generateOnce = async (
  model: ServedModel,
  plan: AnswerPlan,
  signal: AbortSignal,
  sink: AnswerSink,
): Promise<AnswerEnd> => {
  if (plan.maxTokens === 0) return nothing(plan);
  const stream = new AnswerStream({
    parser: plan.newParser(),
    stop: plan.stop,
    hidden: plan.hideControl ? model.controlTexts : noTexts,
    sink,
  });
  const result = await model.runtime.generate({
    prompt: plan.prompt,
    maxTokens: plan.maxTokens,
    sampling: plan.sampling,
    ignoreEos: plan.ignoreEos,
    signal,
    onToken: (token, text) => stream.push(token, text),
    ...(plan.grammar ? { grammar: plan.grammar } : {}),
    ...(plan.logprobs === undefined ? {} : { logprobs: plan.logprobs }),
  });
  if (result.reason !== 'abort') stream.end();
  const reason = stream.stoppedBy === undefined ? result.reason : 'stop';
  return {
    finishReason: reason === 'stop' && stream.calls > 0 ? 'tool_calls' : reason,
    stopReason: stream.stoppedBy ?? null,
    result,
  };
};

/** The second try of an answer that came out wrong goes another way: the likeliest one, or away from it. */
const otherSampling = (plan: AnswerPlan): AnswerPlan => {
  const { temperature, seed } = plan.sampling;
  const other = temperature > 0 ? { temperature: 0 } : { temperature: 0.7, seed: seed + 1 };
  return { ...plan, sampling: { ...plan.sampling, ...other } };
};

/**
 * Generates an answer into the sink. Where the plan has a check, the answer is handed over only when it has passed
 * it; one that has not is generated once more. Throws ANSWER_INVALID when that fails too.
 */
const generateAnswer = async (
  model: ServedModel,
  plan: AnswerPlan,
  signal: AbortSignal,
  sink: AnswerSink,
): Promise<AnswerEnd> => {
  const { check } = plan;
  if (!check) return generateOnce(model, plan, signal, sink);
  let problems: readonly string[] = [];
  for (const attempt of [plan, otherSampling(plan)]) {
    const held: Parameters<AnswerSink>[] = [];
    const end = await generateOnce(model, attempt, signal, (...piece) => held.push(piece));
    const whole = end.finishReason === 'stop' || end.finishReason === 'tool_calls';
    problems = whole ? check(collectAnswer(held.map(([piece]): AnswerPiece => piece))) : [];
    if (problems.length === 0) {
      for (const [piece, tokens] of held) sink(piece, tokens);
      return end;
    }
  }
  throw failure('ANSWER_INVALID', { problem: problems.slice(0, 3).join('; ') });
};

/** Told of several answers to one request as they come, each with its index. */
export interface AnswerListener {
  piece(index: number, piece: AnswerPiece, tokens: readonly GeneratedToken[]): void;
  finish(index: number, end: AnswerEnd): void;
}

/** Generates several answers at once; when one fails the others are given up. */
export const generateAnswers = async (
  model: ServedModel,
  plans: readonly AnswerPlan[],
  signal: AbortSignal,
  listener: AnswerListener,
): Promise<readonly AnswerEnd[]> => {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const one = async (plan: AnswerPlan, i: number): Promise<AnswerEnd> => {
    const end = await generateAnswer(model, plan, either, (...piece) => listener.piece(i, ...piece));
    listener.finish(i, end);
    return end;
  };
  try {
    return await Promise.all(plans.map(one));
  } catch (caught) {
    failed.abort();
    throw caught;
  }
};
