import { answerLine } from '../answer/answer-log.ts';
import type { AnswerEnd } from '../answer/generate-answer.ts';
import type { ServerOptions } from '../server-options.ts';

/** Counts and logs the answers of a route once they are over. */
export const reporter =
  ({ engine, log }: ServerOptions, route: string) =>
  (ends: readonly AnswerEnd[]): void => {
    for (const end of ends) {
      engine.countFinished(end);
      log(answerLine(route, end));
    }
  };
