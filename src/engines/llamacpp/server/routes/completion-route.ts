import type { FastifyInstance } from 'fastify';
import { type AnswerHead, answerHead } from '../answer/answer-ids.ts';
import { answersOf } from '../answer/answer-plan.ts';
import { type CompletionPlan, planCompletions } from '../answer/completion-plan.ts';
import { type AnswerEnd, generateAnswers } from '../answer/generate-answer.ts';
import { type Usage, usageOf } from '../answer/usage.ts';
import { clientSignal } from '../http/client-signal.ts';
import { CompletionWriter } from '../http/completion-writer.ts';
import type { EventStream } from '../http/event-stream.ts';
import { streamed } from '../http/streamed.ts';
import { completionRequest } from '../request/completion-request.ts';
import { parseBody } from '../request/request-fields.ts';
import { checkGenerates, checkModelName, type ServedModel } from '../served-model.ts';
import type { ServerOptions } from '../server-options.ts';
import { reporter } from './reporter.ts';

const route = '/v1/completions';

export const completionRoute = (app: FastifyInstance, options: ServerOptions): void => {
  const report = reporter(options, route);
  app.post(route, async (http, reply) => {
    const { model } = options.engine;
    const request = parseBody(completionRequest, http.body);
    checkModelName(model, request.model);
    checkGenerates(model, 'Completions API');
    const at = options.moment();
    const work: Work = {
      model,
      head: answerHead('cmpl', model.id, http.headers['x-request-id'], at.now),
      prompts: planCompletions(model, request, at),
      n: request.n ?? 1,
      withLogprobs: typeof request.logprobs === 'number',
      signal: clientSignal(reply.raw),
      report,
    };
    if (request.stream) {
      return streamed(reply, work.signal, options.log, async (events) => {
        const { writer, usage } = await complete(work, events);
        if (request.stream_options?.include_usage) writer.usage(usage);
      });
    }
    const { writer, ends, usage } = await complete(work, undefined);
    return work.signal.aborted ? reply.hijack() : writer.body(ends, usage);
  });
};

interface Work {
  readonly model: ServedModel;
  readonly head: AnswerHead;
  readonly prompts: readonly CompletionPlan[];
  /** Answers to each prompt. */
  readonly n: number;
  readonly withLogprobs: boolean;
  readonly signal: AbortSignal;
  readonly report: (ends: readonly AnswerEnd[]) => void;
}

interface Completed {
  readonly writer: CompletionWriter;
  readonly ends: readonly AnswerEnd[];
  readonly usage: Usage;
}

const complete = async (work: Work, events: EventStream | undefined): Promise<Completed> => {
  const { model, head, prompts, n, withLogprobs, signal } = work;
  const writer = new CompletionWriter({
    head,
    runtime: model.runtime,
    withLogprobs,
    events,
    count: prompts.length * n,
  });
  for (const [i, { echo }] of prompts.entries()) {
    for (let k = 0; k < n && echo !== ''; k++) writer.text(i * n + k, echo, []);
  }
  const plans = prompts.flatMap(({ answer }) => answersOf(answer, n));
  const ends = await generateAnswers(model, plans, signal, writer);
  work.report(ends);
  const results = ends.map(({ result }) => result);
  return {
    writer,
    ends,
    usage: usageOf(
      results.filter((_, i) => i % n === 0),
      results,
    ),
  };
};
