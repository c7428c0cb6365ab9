import { reason } from '../errors.ts';
import type { Clock } from '../system/clock.ts';

/** A fact that may not be known: what was read, or why it could not be. Never a guess. */
export type Known<T> = { readonly value: T } | { readonly notChecked: string };

/**
 * Asks for one fact within a time limit (ms). Never throws: a fact that could not be had says why, in the words
 * `<what> …`.
 */
export const known = async <T>(
  clock: Clock,
  what: string,
  limitMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<Known<T>> => {
  const done = new AbortController();
  const late = new AbortController();
  const timer = clock.sleep(limitMs, done.signal).then(
    () => {
      late.abort();
      return { notChecked: `${what} did not answer within ${limitMs} ms` };
    },
    () => ({ notChecked: `${what} was not asked to the end` }),
  );
  const answer = (async (): Promise<Known<T>> => {
    try {
      return { value: await ask(late.signal) };
    } catch (caught) {
      return { notChecked: `${what} failed: ${reason(caught)}` };
    }
  })();
  try {
    return await Promise.race([answer, timer]);
  } finally {
    done.abort();
  }
};

/** The value of a fact, or undefined where it is not known. */
export const factOf = <T>(fact: Known<T>): T | undefined => ('value' in fact ? fact.value : undefined);
