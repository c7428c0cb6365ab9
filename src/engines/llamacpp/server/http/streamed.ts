import type { FastifyReply } from 'fastify';
import { errorAnswer } from '../request/request-error.ts';
import { EventStream } from './event-stream.ts';

/**
 * Answers with events. What fails before the first one is thrown on, to be answered with its status; what fails later
 * becomes an event, as in vLLM.
 */
export const streamed = async (
  reply: FastifyReply,
  signal: AbortSignal,
  log: (line: string) => void,
  work: (events: EventStream) => Promise<void>,
): Promise<void> => {
  const events = new EventStream(reply.raw, () => reply.hijack());
  try {
    await work(events);
  } catch (caught) {
    if (!events.isOpen) throw caught;
    const { body } = errorAnswer(caught);
    log(`broke off an answer: ${body.error.message}`);
    events.send(body);
  }
  if (signal.aborted) reply.hijack();
  else events.end();
};
