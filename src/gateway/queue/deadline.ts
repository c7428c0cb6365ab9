import type { IncomingHttpHeaders } from 'node:http';
import { failure } from '../../errors.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { Exchange } from '../exchange.ts';

const header = 'x-request-timeout';

/** ms; a number alone is seconds. */
const units: Readonly<Record<string, number>> = { '': 1000, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * How long a client says that its request may take, ms: `30`, `30s`, `1500ms`, `10m`; undefined when it doesn't say.
 * Throws REQUEST_PARAMETER.
 */
const askedTimeout = (headers: IncomingHttpHeaders): number | undefined => {
  const asked = headers[header];
  if (asked === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i.exec(String(asked).trim()) ?? [];
  const ms = Number(amount) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (ms > 0) return ms;
  throw failure('REQUEST_PARAMETER', {
    param: header,
    problem: 'must be a time like 30, 30s, 1500ms or 10m',
  });
};

/** What a request had come to. */
const phaseOf = ({ place, attempts, queuedMs, firstByteAt, facts }: Exchange, seconds: string): string => {
  if (firstByteAt !== 0) return 'had not answered to the end';
  if (attempts > 0) {
    const waited = queuedMs === undefined ? '' : ` after ${(queuedMs / 1000).toFixed(1)} s in line`;
    return `had not begun to answer${waited}`;
  }
  const { status = 'ready', waiting = 0 } = facts?.() ?? {};
  if (status !== 'ready') return `was ${status} all the time`;
  return `was busy: the request waited ${seconds} s, and was number ${place?.() ?? 1} of ${waiting} in line`;
};

/**
 * Ends a request, in whatever phase it is, when its time is over: what its client says in `x-request-timeout`, but at
 * most `longest` ms. Throws REQUEST_PARAMETER.
 */
export const setDeadline = (
  exchange: Exchange,
  headers: IncomingHttpHeaders,
  alarms: Alarms,
  longest: number,
): void => {
  const ms = Math.min(askedTimeout(headers) ?? longest, longest);
  const due = exchange.startedAt + ms;
  const alarm = {
    due,
    ring: () => {
      const seconds = `${Math.round(ms / 100) / 10}`;
      const phase = phaseOf(exchange, seconds);
      const fault = { model: exchange.model ?? 'the model', seconds, phase, most: longest / 1000 };
      exchange.stop?.(failure('REQUEST_DEADLINE', fault));
    },
  };
  exchange.deadline = due;
  alarms.set(alarm);
  exchange.whenOver(() => alarms.drop(alarm));
};
