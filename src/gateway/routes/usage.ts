import type { FastifyInstance } from 'fastify';
import { failure } from '../../errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { KeyCheck } from '../access/key-check.ts';
import { answerError, answerJson, asFailure } from '../answers.ts';
import { dayOf } from '../usage/usage-book.ts';
import { usageReport } from '../usage/usage-report.ts';
import type { UsageStore } from '../usage/usage-store.ts';

type Query = Readonly<Record<string, string | string[] | undefined>>;

const defaultDays = 30;
const mostDays = 3660;

/** The one value of a parameter. Throws REQUEST_PARAMETER when there are several. */
const one = (query: Query, param: string): string | undefined => {
  const value = query[param];
  if (Array.isArray(value)) throw failure('REQUEST_PARAMETER', { param, problem: 'is given twice' });
  return value;
};

const daysOf = (query: Query): number => {
  const text = one(query, 'days');
  const days = text === undefined ? defaultDays : Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= mostDays) return days;
  throw failure('REQUEST_PARAMETER', {
    param: 'days',
    problem: `must be a whole number from 1 to ${mostDays}`,
  });
};

/** `GET /api/usage`: what was used, by key, model and day, and when last. For keys with the scope `admin`. */
export const usageRoute = (app: FastifyInstance, usage: UsageStore, check: KeyCheck, clock: Clock): void => {
  app.get<{ Querystring: Query }>(
    '/api/usage',
    { onRequest: check('admin') },
    ({ exchange, query }, reply) => {
      const days = daysOf(query);
      const since = dayOf(clock.now()) - days + 1;
      const wanted = { since, key: one(query, 'key'), model: one(query, 'model') };
      reply.hijack();
      usage.read(wanted).then(
        (entries) => answerJson(exchange, usageReport(entries, { since, days, saved: usage.saved })),
        (caught: unknown) => answerError(exchange, asFailure(caught)),
      );
    },
  );
};
