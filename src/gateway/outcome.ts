import type { Exchange } from './exchange.ts';

/** How a request ended: the class of its status, or 499 when its client left first. */
export const outcomes = ['2xx', '3xx', '4xx', '5xx', '499'] as const;

export type Outcome = (typeof outcomes)[number];

/** An answer that broke off after its head said 200 is as bad as a 5xx. */
export const outcomeOf = ({ status, fault }: Exchange): Outcome => {
  if (status === 499) return '499';
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (fault !== undefined) return '5xx';
  return status >= 300 ? '3xx' : '2xx';
};

export const isError = (outcome: Outcome): boolean => outcome === '4xx' || outcome === '5xx';

/** Cost no tokens that anybody counts. */
const tokenless = new Set(['/tokenize', '/detokenize']);

/** Whether an answer should have said how many tokens it took, and did not. Nobody guesses then. */
export const isUsageUnknown = ({ usage, endpoint }: Exchange, outcome: Outcome): boolean =>
  outcome === '2xx' && usage === undefined && endpoint !== undefined && !tokenless.has(endpoint);
