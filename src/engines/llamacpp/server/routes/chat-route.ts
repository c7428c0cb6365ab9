import type { FastifyInstance, FastifyReply } from 'fastify';
import { type AnswerHead, answerHead } from '../answer/answer-ids.ts';
import { type AnswerPlan, answersOf } from '../answer/answer-plan.ts';
import { planChat } from '../answer/chat-plan.ts';
import { type AnswerEnd, generateAnswers } from '../answer/generate-answer.ts';
import { usageOf } from '../answer/usage.ts';
import { chatAnswer, KeptChat } from '../http/chat-answer.ts';
import { ChatStream } from '../http/chat-stream.ts';
import { clientSignal } from '../http/client-signal.ts';
import { streamed } from '../http/streamed.ts';
import { type ChatRequest, chatRequest } from '../request/chat-request.ts';
import { parseBody } from '../request/request-fields.ts';
import { checkGenerates, checkModelName, type ServedModel } from '../served-model.ts';
import type { ServerOptions } from '../server-options.ts';
import { reporter } from './reporter.ts';

const route = '/v1/chat/completions';

interface Work {
  readonly model: ServedModel;
  readonly request: ChatRequest;
  readonly head: AnswerHead;
  readonly plans: readonly AnswerPlan[];
  readonly signal: AbortSignal;
  readonly log: ServerOptions['log'];
}

type Report = (ends: readonly AnswerEnd[]) => void;

export const chatRoute = (app: FastifyInstance, options: ServerOptions): void => {
  const report = reporter(options, route);
  app.post(route, async (http, reply) => {
    const { model } = options.engine;
    const request = parseBody(chatRequest, http.body);
    checkModelName(model, request.model);
    checkGenerates(model, 'Chat Completions API');
    const at = options.moment();
    const work: Work = {
      model,
      request,
      head: answerHead('chatcmpl', model.id, http.headers['x-request-id'], at.now),
      plans: answersOf(planChat(model, request, at), request.n ?? 1),
      signal: clientSignal(reply.raw),
      log: options.log,
    };
    return request.stream ? stream(work, reply, report) : answer(work, reply, report);
  });
};

const answer = async (work: Work, reply: FastifyReply, report: Report) => {
  const { model, head, plans, signal, request } = work;
  const kept = new KeptChat();
  const ends = await generateAnswers(model, plans, signal, kept);
  report(ends);
  if (signal.aborted) return reply.hijack();
  return chatAnswer(model.runtime, head, kept, ends, request.logprobs ?? false);
};

const stream = async (work: Work, reply: FastifyReply, report: Report) => {
  const { model, head, plans, signal, request } = work;
  await streamed(reply, signal, work.log, async (events) => {
    const chat = new ChatStream(events, head, model.runtime, request.logprobs ?? false);
    const ends = await generateAnswers(model, plans, signal, chat);
    report(ends);
    const results = ends.map(({ result }) => result);
    if (request.stream_options?.include_usage) chat.usage(usageOf(results.slice(0, 1), results));
  });
};
