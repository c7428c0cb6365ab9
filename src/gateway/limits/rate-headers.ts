import type { Allowance } from './rate-limit.ts';

/** A length of time as OpenAI writes it: `120ms`, `17s`, `6m0s`. */
export const resetText = (ms: number): string => {
  if (ms < 1000) return `${ms}ms`;
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
};

/** Adds the headers in which OpenAI's API says how many requests are left. */
export const addRateHeaders = (
  into: string[],
  perMinute: number,
  { remaining, resetMs }: Allowance,
): void => {
  into.push('x-ratelimit-limit-requests', String(perMinute));
  into.push('x-ratelimit-remaining-requests', String(remaining));
  into.push('x-ratelimit-reset-requests', resetText(resetMs));
};
